import init, { Verifier } from './wasm/verify.js';

await init();
document.body.textContent = typeof Verifier;
