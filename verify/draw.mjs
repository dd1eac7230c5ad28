// Recompute a published selection from its transcript (docs/protocols/draw.md): node draw.mjs TRANSCRIPT.json
//
// Runs in Node 20 or later and in a browser (import { check } from "./draw.mjs"), and needs nothing else. Exit 0 when all
// holds, 1 with the first thing that does not, 2 for a file that is no transcript. Compare yourself with the
// announcement: commitment, terms, outside value, list hash at closing.

const FORMAT = "intermediary-supermarket-draw", VERSION = 2, DEEPEST = 100;
const TERMS = ("closed_at commitment criteria days_weight drop_from format funds job method minimum_entries outside " +
  "outside_value percentages price_weight reference_fee rule secret title version").split(" ");
const RESULT = "bidders dropped order percentage points ranking reference seed winner".split(" ");
const LISTED = ["code", "name", "offer", "sealed"];
const OPENED = ["contribution", "made_by", "days", "discount", "nonce", "quote", "scores"];
const METHODS = "random_draw lowest_price average_price price_and_days merit".split(" ");
const FAILURES = ["There was no eligible entry.", "There were fewer eligible entries than the funds require."];
const PARTS = /"(?:[^"\\]|\\.)*"|\s+/g;
// Of canonical JSON: names, texts (t) and nulls (z). What then is left of a transcript has this form.
const KINDS = /("[a-z_]+":)|("(?:[^"\\]|\\.)*")|null/g;
const LINE = String.raw`\{t,[tz],(?:z|\d{1,5}),(?:z|\d{1,4}),[tz],t,[tz],t,(?:t,)?(?:z|\d{1,13}),(?:z|\[(?:\d{1,3}[,\]])*\]?),t\},?`;
const TYPES = new RegExp(String.raw`^\{t,t,\[(?:\{t,\d{1,3}\},?)*\],\d{1,3},(?:z|\d{1,7}),\[(?:${LINE})*\],t,t,t,t,\d{1,7},` +
  String.raw`[tz],[tz],\[(?:\d{1,3}[,\]])*\]?,\d{1,3},(?:z|\d{1,13}),t,t,t,2\}$`);

// What may not hold, by a name that a page can translate by; {parts} are filled in from the transcript.
const REASONS = {
  sorted: "the entrants are not sorted by code, each once",
  list: "list_hash is not the hash of the list published at closing",
  line: "entrant {number} has a field too many or too few",
  opened: "entrant {number} was opened although the selection failed",
  contribution: "{code} did not seal this contribution",
  offer: "{code} did not seal this offer",
  discount: "the quote of {code} is not the reference fee less the discount",
  fields: "the fields are others; missing: {fields}",
  digest: "digest is not of the rest",
  commitment: "commitment is not the hash of the secret",
  outside: "outside_value does not go with outside",
  failed: "failed does not follow from the list",
  result: "{field} does not follow from the list, the seed and the rule",
  written: "a number is not whole, or a field is there twice, out of order or written in another way",
  shape: "a part of it has not the form of the protocol",
  none: "the file is no transcript",
};

class Broken extends Error {
  constructor(reason, parts = {}) {
    super(REASONS[reason].replace(/\{(\w+)\}/g, (_, name) => parts[name]));
    Object.assign(this, { reason, parts });
  }
}

function need(holds, reason, parts) {
  if (!holds) throw new Broken(reason, parts);
}

/** JSON with sorted keys and no space; a number that is not whole or has more than 15 digits becomes a text. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  const text = JSON.stringify(value), fits = typeof value !== "number" || (Number.isSafeInteger(value) && text.length <= 15);
  return fits ? text : `"${text}"`;
}

const most = (values) => values.reduce((one, other) => (other > one ? other : one));
const least = (values) => values.reduce((one, other) => (other < one ? other : one));
const only = (object, names) => Object.fromEntries(names.map((name) => [name, object[name]]));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOf = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const H = async (purpose, value) =>
  hex(await sha256(new TextEncoder().encode(`${FORMAT}/${VERSION}/${purpose}\0${canonical(value)}`)));

const divided = (top, bottom) => Number((2n * BigInt(top) + BigInt(bottom)) / (2n * BigInt(bottom)));
/** a × b … ÷ bottom, rounded half up, exactly. */
const halfUp = (factors, bottom) => divided(factors.reduce((product, one) => product * BigInt(one), 1n), bottom);

/** The endless 64-bit words of a labelled stream, a block of four at a time. */
async function* words(seed, label) {
  const head = new Uint8Array([...seed, ...new TextEncoder().encode(label)]);
  for (let block = 0n; ; block += 1n) {
    const bytes = new Uint8Array(head.length + 8);
    bytes.set(head);
    new DataView(bytes.buffer).setBigUint64(head.length, block);
    const digest = new DataView((await sha256(bytes)).buffer);
    for (let at = 0; at < 32; at += 8) yield digest.getBigUint64(at);
  }
}

async function below(bound, stream) {
  const size = 1n << 64n, usable = size - (size % BigInt(bound));
  for (;;) {
    const { value } = await stream.next();
    if (value < usable) return Number(value % BigInt(bound));
  }
}

async function shuffled(seed, label, items) {
  const drawn = [...items], stream = words(seed, label);
  for (let last = drawn.length - 1; last > 0; last -= 1) {
    const other = await below(last + 1, stream);
    [drawn[last], drawn[other]] = [drawn[other], drawn[last]];
  }
  return drawn;
}

const pick = async (seed, label, choices) => choices[await below(choices.length, words(seed, label))];

/** The list is the one published at closing, and what was opened is what was sealed. */
async function checkEntrants(t) {
  const proposes = t.method === "merit" && t.entrants.some((line) => "proposal" in line); // older ones have none
  const onList = proposes ? [...LISTED, "proposal"] : LISTED, names = [...onList, ...OPENED].sort().join();
  for (const [at, line] of t.entrants.entries()) {
    const number = at + 1;
    need(Object.keys(line).sort().join() === names, "line", { number });
    need(t.failed === null || OPENED.every((name) => line[name] === null), "opened", { number });
  }
  const codes = t.entrants.map((line) => line.code), ascii = !/[^\0-\x7f]/.test(codes.join(""));
  need(ascii && codes.every((code, at) => at === 0 || codes[at - 1] < code), "sorted");
  need(t.list_hash === await H("list", t.entrants.map((line) => only(line, onList))), "list");
  for (const line of t.failed === null ? t.entrants : []) {
    const { code } = line, whose = { code, job: t.job }, fee = t.reference_fee;
    const chance = { ...whose, ...only(line, OPENED.slice(0, 2)) }, offer = { ...whose, ...only(line, OPENED.slice(2, 6)) };
    need(line.sealed === await H("contribution", chance), "contribution", { code });
    need(line.offer === await H("offer", offer), "offer", { code });
    need(fee === null || line.discount !== null, "shape");
    need(line.quote === (fee === null ? line.quote : halfUp([fee, 10000 - line.discount], 10000)), "discount", { code });
  }
}

/** Hundredths of a point, for each entrant one part for each weight: the criteria, the price, the days. */
function pointsOf(t) {
  const kinds = [["quote", t.price_weight], ["days", t.days_weight]].filter(([, weight]) => weight);
  const fits = (line) => line.scores?.length === t.criteria.length && kinds.every(([name]) => line[name] > 0);
  need(t.entrants.every(fits) && t.criteria.every((one) => Number.isInteger(one.weight)), "shape");
  const lowest = Object.fromEntries(kinds.map(([name]) => [name, least(t.entrants.map((line) => line[name]))]));
  return t.entrants.map((line) => [
    ...t.criteria.map((one, at) => one.weight * line.scores[at]),
    ...kinds.map(([name, weight]) => halfUp([100, weight, lowest[name]], line[name])),
  ]);
}

const compared = (one, other) => {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : one[at] - other[at];
};

/** Everything that the seed, the list and the rule of the method decide. */
async function result(t, seed) {
  const codes = t.entrants.map((line) => line.code), quotes = t.entrants.map((line) => line.quote ?? 0);
  const drawn = await shuffled(seed, t.method === "random_draw" ? "order" : "tie", codes.keys());
  const found = Object.fromEntries(RESULT.map((name) => [name, null]));
  const where = (price, ...gone) => [...quotes.keys()].filter((at) => quotes[at] === price && !gone.includes(at));
  let merits = quotes.map((quote) => [quote]), gone = [];
  if (t.method === "average_price") {
    need(t.drop_from !== null && t.percentages.length > 0, "shape");
    if (quotes.length >= t.drop_from) {
      const high = await pick(seed, "drop-high", where(most(quotes)));
      const low = await pick(seed, "drop-low", where(least(quotes), high));
      gone = [high, low];
      found.dropped = { high: codes[high], low: codes[low] };
    }
    const rest = quotes.filter((_, at) => !gone.includes(at));
    const sum = rest.reduce((total, quote) => total + BigInt(quote), 0n);
    found.percentage = await pick(seed, "percentage", t.percentages);
    found.reference = halfUp([sum, found.percentage], 100 * rest.length);
    merits = quotes.map((quote) => [Math.abs(quote - found.reference), quote]);
  } else if (t.method === "price_and_days" || t.method === "merit") {
    found.points = pointsOf(t);
    merits = found.points.map((parts, at) => [-parts.reduce((total, part) => total + part, 0), quotes[at]]);
    if (t.method === "merit") found.bidders = await shuffled(seed, "bidders", codes);
  }
  const ranked = drawn.filter((at) => !gone.includes(at)).sort((one, other) => compared(merits[one], merits[other]));
  const ranking = ranked.map((at) => codes[at]);
  return { ...found, order: drawn.map((at) => codes[at]), ranking, winner: ranking[0], seed: hex(seed) };
}

async function verify(text, t) {
  const plain = text.replace(PARTS, (part) => (part.includes("\\") ? JSON.stringify(JSON.parse(part)) : part.trim()));
  const halves = /(?:^|[^\\])(?:\\\\)*\\ud/; // of a character, alone
  need(plain === canonical(t) && plain === plain.normalize("NFC") && !halves.test(plain), "written");
  const names = [...TERMS, ...RESULT, "digest", "entrants", "failed", "list_hash"].sort();
  const fields = names.filter((name) => !Object.hasOwn(t, name)).join(", ") || "none";
  need(Object.keys(t).sort().join() === names.join(), "fields", { fields });
  const given = canonical(only(t, [...TERMS, "entrants"]));
  const form = given.replace(KINDS, (whole, name, value) => (name ? "" : value ? "t" : "z"));
  need(TYPES.test(form) && METHODS.includes(t.method) && /^[0-9a-f]{64}$/.test(t.secret), "shape");
  need(t.digest === await H("transcript", { ...t, digest: null }), "digest");
  need(t.commitment === hex(await sha256(bytesOf(t.secret))), "commitment");
  const count = t.entrants.length, few = count < Math.max(t.minimum_entries, 1);
  need(few || (t.outside === null) === (t.outside_value === null), "outside");
  need(t.failed === (few ? FAILURES[count > 0 ? 1 : 0] : null), "failed");
  await checkEntrants(t);
  let expected = { ...Object.fromEntries(RESULT.map((name) => [name, null])), order: [], ranking: [] };
  if (!few) {
    const chance = only(t, [...TERMS, "list_hash"]);
    const seed = await H("seed", { ...chance, contributions: t.entrants.map((line) => line.contribution) });
    expected = await result(t, bytesOf(seed));
  }
  for (const name of ["seed", ...RESULT]) {
    need(canonical(t[name]) === canonical(expected[name]), "result", { field: name });
  }
}

const NONE = { code: 2, says: "This file is no transcript.", reason: "none", parts: {} };

/** How deep the lists and objects of a JSON text lie in each other. */
function depthOf(text) {
  let depth = 0, most = 0;
  for (const [mark] of text.replace(PARTS, "").matchAll(/[[\]{}]/g)) {
    depth += mark === "[" || mark === "{" ? 1 : -1;
    most = Math.max(most, depth);
  }
  return most;
}

/**
 * What a transcript's text is: {code, says}, where code is 0 all holds, 1 the first thing that does not, 2 no transcript.
 * With 1 and 2 come also reason, the name of a line of REASONS, and parts, what fills it: for saying it in another language.
 */
export async function check(text) {
  let transcript;
  try {
    transcript = JSON.parse(text);
  } catch {
    return NONE;
  }
  if (transcript?.format !== FORMAT || depthOf(text) > DEEPEST) return NONE;
  try {
    await verify(text, transcript);
  } catch (error) {
    const { message, reason, parts } = error instanceof Broken ? error : new Broken("shape");
    return { code: 1, says: `It does not hold: ${message}`, reason, parts };
  }
  return { code: 0, says: "All holds: commitment, list hash, seed, order and result are as published." };
}

/** Whether Node was started with this file, whatever it was saved as. */
async function isStarted() {
  const started = globalThis.process?.argv?.[1];
  if (!started) return false;
  const [{ realpathSync }, { pathToFileURL }] = [await import("node:fs"), await import("node:url")];
  return pathToFileURL(realpathSync(started)).href === import.meta.url;
}

async function main(paths) {
  if (paths.length !== 1) return { code: 2, says: "Give one file: TRANSCRIPT.json" };
  const { readFileSync } = await import("node:fs");
  try {
    return await check(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(paths[0])));
  } catch {
    return NONE;
  }
}

if (await isStarted()) {
  const { code, says } = await main(process.argv.slice(2));
  console.log(says);
  process.exitCode = code;
}
