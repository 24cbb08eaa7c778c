// The places where the package departs from Cosmos DB, put right from outside: its modules are
// patched in this process before a server is made. What no documentation says is marked as a guess.
"use strict";
const { AsyncLocalStorage } = require("node:async_hooks");
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname } = require("node:path");

// --- The parser of queries remembers what it read: else each pair of brackets takes it five times
// as long (this is what its generator calls "cache") ---

const file = require.resolve("@zeit/cosmosdb-query/lib/parser");
const parser = new Module(file);
parser.filename = file;
parser.paths = Module._nodeModulePaths(dirname(file));
parser._compile(
  readFileSync(file, "utf8")
    .replace("function peg$parse(input, options) {", "$&\nconst peg$known = new Map();")
    .replace(
      /function peg\$parse(\w+)\(\) \{/g,
      `function peg$parse$1() {
        const place = "$1 " + peg$currPos;
        let known = peg$known.get(place);
        if (!known) peg$known.set(place, (known = [peg$read$1(), peg$currPos]));
        peg$currPos = known[1];
        return known[0];
      }
      function peg$read$1() {`,
    ),
  file,
);
parser.loaded = true;
require.cache[file] = parser;

// --- Lists grow in place: the package copies a list for each item that it adds, and so takes
// seconds for a container of 20,000 ---

const executor = require("@zeit/cosmosdb-query/lib/executor");
const engine = require("@zeit/cosmosdb-query/lib/helpers");
const run = executor.default;
executor.default = (collection, asked) =>
  run(collection, { ...asked, code: asked.code.replace(/\[\.\.\.\$, (\{[^{}]*\})\]/g, "($.push($1), $)") });
const stripUndefined = engine.stripUndefined;
engine.stripUndefined = (value) =>
  Array.isArray(value)
    ? value.filter((each) => each !== undefined).map((each) => engine.stripUndefined(each))
    : stripUndefined(value);

const PACKAGE = "@vercel/cosmosdb-server/lib";
const Items = require(`${PACKAGE}/account/items`).default;
const Documents = require(`${PACKAGE}/account/documents`).default;
const operations = require(`${PACKAGE}/handler/_document-operations`);
const batches = require(`${PACKAGE}/handler/batch-documents`);

const PAGE_BYTES = 4 * 1024 * 1024;
const MAX_DEPTH = 128;
const MAX_ID_BYTES = 1023;
const PARTITION = "x-ms-documentdb-partitionkey";

/** The headers of the request that is being answered. */
const headers = new AsyncLocalStorage();

function namedPartition() {
  const named = (headers.getStore() ?? {})[PARTITION];
  return named && named !== "[{}]" ? JSON.parse(named)[0] : undefined;
}

// --- Queries: only of the partition that the request names, OFFSET and LIMIT, pages of 4 MB ---

const wholeQuery = Items.prototype.query;

Documents.prototype.query = function query(asked, paging) {
  if (!this._parent.read()) return null;
  const everything = this._data;
  const partition = namedPartition();
  if (partition !== undefined) {
    const chosen = [...everything].filter(([, item]) => this._getPartition(item.read()) === partition);
    this._data = new Map(chosen);
  }
  try {
    const window = windowOf(asked);
    if (!window) return pageOf(this, asked, paging);
    const { result } = wholeQuery.call(this, { ...asked, query: window.query }, {});
    return { result: result.slice(window.offset, window.offset + window.limit), continuation: null };
  } finally {
    this._data = everything;
  }
};

function windowOf({ query, parameters }) {
  const found = /^(.*)\sOFFSET\s+(@?\w+)\s+LIMIT\s+(@?\w+)\s*$/is.exec(query);
  if (!found) return null;
  const value = (word) =>
    word.startsWith("@") ? parameters.find(({ name }) => name === word).value : Number(word);
  return { query: found[1], offset: value(found[2]), limit: value(found[3]) };
}

function pageOf(documents, asked, paging) {
  let count = paging.maxItemCount > 0 ? paging.maxItemCount : 1000;
  for (;;) {
    const page = wholeQuery.call(documents, asked, { ...paging, maxItemCount: count });
    if (page.result.length < 2 || Buffer.byteLength(JSON.stringify(page.result)) <= PAGE_BYTES)
      return page;
    count = Math.floor(page.result.length / 2);
  }
}

// --- Texts compare by code points (a guess: by bytes of UTF-8), not by UTF-16 units ---

const ORDERED = ["undefined", "null", "boolean", "number", "string", "array", "object"];

function compared(a, b) {
  const [x, y] = [a, b].map((value) => ORDERED.indexOf(typeOf(value)));
  if (x !== y) return x - y;
  if (typeof a === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return typeof a === "object" ? 0 : Number(a > b) - Number(a < b);
}

function typeOf(value) {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

const byUnits = engine.compare;
engine.compare = (operator, a, b) =>
  typeof a === "string" && typeof b === "string"
    ? byUnits(operator, compared(a, b), 0)
    : byUnits(operator, a, b);

// A composite index serves its order and the reverse of it; documents without the one property that
// is ordered by are not given, as under the default indexing policy.
engine.sort = (rows, getRid, compositeIndexes, ...orders) => {
  const paths = orders.map(([keys, descending]) => [`/${keys.slice(1).join("/")}`, descending]);
  if (orders.length > 1 && !(compositeIndexes ?? []).some((index) => serves(index, paths)))
    throw new Error("The order by query does not have a corresponding composite index.");
  const sorted = rows.slice().sort((a, b) => {
    for (const [keys, descending] of orders) {
      const result = compared(valueAt(a, keys), valueAt(b, keys));
      if (result) return descending ? -result : result;
    }
    return compared(getRid(a), getRid(b));
  });
  if (orders.length !== 1) return sorted;
  return sorted.filter((row) => valueAt(row, orders[0][0]) !== undefined);
};

function serves(index, paths) {
  const same = ({ path }, i) => path.replaceAll('"', "") === paths[i][0];
  const turned = index.map(({ order }, i) => (order === "descending") !== Boolean(paths[i][1]));
  return index.length === paths.length && index.every(same) && new Set(turned).size === 1;
}

function valueAt(row, keys) {
  return keys.reduce((at, key) => (at !== null && typeof at === "object" ? at[key] : undefined), row);
}

// --- Etags have the quotes of the header in them ---

const set = Items.prototype._set;
Documents.prototype._set = function setWithQuotes(data) {
  data._etag = `"${data._etag}"`;
  return set.call(this, data);
};

// --- What Cosmos DB does not store ---

for (const name of ["createOperation", "upsertOperation", "replaceOperation"]) {
  const operation = operations[name];
  operations[name] = (collection, input) => {
    const message = flaw(input.resourceBody);
    return message
      ? { statusCode: 400, body: { code: "BadRequest", message } }
      : operation(collection, withPartition(input));
  };
}
for (const name of ["readOperation", "deleteOperation"]) {
  const operation = operations[name];
  operations[name] = (collection, input) => operation(collection, withPartition(input));
}

/** Operations of a batch name no partition; the batch's header does. */
function withPartition(input) {
  return { ...input, partitionKey: input.partitionKey ?? headers.getStore()[PARTITION] };
}

function flaw(body) {
  const id = body?.id;
  if (typeof id !== "string" || !id || /[/\\?#]/.test(id) || Buffer.byteLength(id) > MAX_ID_BYTES)
    return "One of the specified inputs is invalid: id";
  return deeper(body, MAX_DEPTH) ? "The document is nested too deeply" : null;
}

function deeper(value, levels) {
  if (value === null || typeof value !== "object") return false;
  return levels === 0 || Object.values(value).some((inner) => deeper(inner, levels - 1));
}

// --- Batches: all or nothing ---

const eachAlone = batches.default;

batches.default = async (account, request, response, names) => {
  const { documents } = account.database(names.dbId).collection(names.collId);
  const before = [new Map(documents._data), new Map(documents._index)];
  const results = await eachAlone(account, request, response, names);
  const failed = Array.isArray(results) ? results.findIndex((each) => each.statusCode >= 400) : -1;
  if (failed < 0 || request.headers["x-ms-cosmos-batch-atomic"]?.toLowerCase() !== "true")
    return results;
  [documents._data, documents._index] = before;
  response.statusCode = 207;
  return results.map((each, i) => (i === failed ? each : { statusCode: 424, requestCharge: 0 }));
};

module.exports = { headers };
