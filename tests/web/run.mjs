// The page in a real browser: node run.mjs (docs/web.md says what has to be set).

import { rmSync } from 'node:fs';

import { attackTests } from './cases/attacks.mjs';
import { anotherCameraTests, cameraTests, lateCameraTests } from './cases/camera.mjs';
import { cardTests } from './cases/cards.mjs';
import { headerTests } from './cases/headers.mjs';
import { offlineTests } from './cases/offline.mjs';
import { rapidTests } from './cases/rapid.mjs';
import { stateTests } from './cases/states.mjs';
import { textTests } from './cases/text.mjs';
import { troubleTests } from './cases/troubles.mjs';
import { vectorTests } from './cases/vectors.mjs';
import { launch, misdeeds, open } from './lib/browser.mjs';
import { scratch } from './lib/places.mjs';
import { conclude, equal, test } from './lib/report.mjs';
import { publication, serve } from './lib/server.mjs';
import { makeShelf, readLinks } from './lib/shelf.mjs';

let code = 1;
let server;
let browser;
try {
  await textTests();
  const shelf = makeShelf();
  server = await serve(publication(shelf.pack, shelf.root, shelf.pictures));
  browser = await launch();
  const { context, page } = await open(browser, server.origin);
  await readLinks(page, server.origin, shelf.boxes);
  await context.close();
  const house = { shelf, browser, server };
  for (const tests of [headerTests, cardTests, attackTests, troubleTests, offlineTests, vectorTests, stateTests, cameraTests, anotherCameraTests, lateCameraTests, rapidTests]) await tests(house);
  await test('all the while: no request left the origin or told what was scanned, no error, no breach of policy', () => equal([...new Set(misdeeds)].join('\n'), '', 'misdeeds'));
  code = conclude();
} catch (error) {
  console.error(error);
} finally {
  await browser?.close();
  await server?.stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(code);
