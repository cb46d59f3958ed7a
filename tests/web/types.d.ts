// What the verifier hands over (docs/verdict-json.md, docs/spec/register.md), for the type checker.

type Coded = { code: string; text: string };
type Names = { source: string; brand: string; models: string[]; more?: string[]; manufacturer: string };
type Label = {
  number: string; scheme: string; specification: string; level: number; awarded: string; valid_from: string;
  valid_until: string; expires: string; issued_at: string; gtin: string; path: string; serial?: string; form: string;
  host?: string; category: { source: string; id?: string }; names?: Names;
};
type Standing = { state: string; text: string; as_of?: string; reason?: string };
type Finding = {
  mode: string; scheme: string; level: number; arrangement: string; row: string; certainty: string; text: string;
  caveats: Coded[]; conditions: string[];
};
type Reason = { code: string; unknown: boolean; text: string; arrangement?: string; row?: string };
type Counted = { market: string; outcome: string; counts: boolean; caveats?: Coded[]; findings: Finding[]; reasons: Reason[] };
type MarketCount = Counted & { name: string };
type Freshness = {
  pack: Array<{ role: string; version: number; expires: string }>; pack_version: number; pack_expires: string;
  pack_made?: string; pack_age_seconds?: number; status_issued_at?: string; status_expires?: string;
  status_age_seconds?: number;
};
type Check = { check: string; mark: 'passed' | 'failed' | 'unknown' | 'attention'; code: string; fact: string; source: string };
type Verdict = {
  conclusion: string; code: string; at: string; authenticity: Coded; label?: Label;
  issuer?: { id: string; name: string; notice?: string; key_id: string; algorithm: string };
  standing?: Standing; level?: { code: string; text: string; card?: string }; recognition?: Counted;
  freshness?: Freshness; notes?: Coded[]; checks: Check[];
};
type PackInfo = {
  version: number; made?: string; age_seconds?: number; expires: string;
  roles: Array<{ role: string; version: number; expires: string }>; warnings: Coded[];
  issuers: Array<{ id: string; name: string; notice?: string }>;
};
type Level = { number: number; name: string | null; meaning: string };
type Scheme = {
  id: string; name: string; short: string; owner: string; market: string | null; kind: string; levels: Level[];
  issuing: { from: string | null; until: string | null };
};
type Effect = { from: string | null; until: string | null; basis: string };
type Row = {
  id: string; mode: string | null; effect: Effect; certainty: string; conditions: string[]; scope: { text: string };
  from: { scheme: string; levels: { only: number[] } | { at_least: number } | null };
  to: { scheme: string; level: number | null };
};
type Arrangement = { id: string; dates: { signed: string | null }; rows: Row[] };
type Register = {
  markets: Array<{ code: string; name: string }>; categories: Array<{ id: string; name: string }>;
  schemes: Scheme[]; arrangements: Arrangement[];
};

declare module '*/wasm/verify.js' {
  export default function init(options: { module_or_path: URL | BufferSource }): Promise<unknown>;
  export class Verifier {
    constructor(root: Uint8Array, memory?: string);
    free(): void;
    memory(): string;
    accept(file: Uint8Array, at: string, fresh: boolean): void;
    judge(text: string, asked: string, at: string): string;
    pack(at: string): string;
    register(): string;
    counts(text: string, at: string): string;
    picture(text: string, at: string): string;
    pictures(): string;
  }
}

declare module '*/wasm/map.js' {
  export default function init(options: { module_or_path: URL }): Promise<unknown>;
  export function draw(register: string, at: string): string;
}

declare module '*/wasm/read.js' {
  export default function init(options: { module_or_path: URL }): Promise<unknown>;
  export function read(rgba: Uint8Array, width: number, height: number, milliseconds?: number): string;
}
