// Starts the server on a free port, says its address, and ends with whoever started it.
"use strict";
const { createHmac, timingSafeEqual } = require("node:crypto");
const { headers } = require("./mended.js");
const { createHttpServer } = require("@vercel/cosmosdb-server");

const MAX_BYTES = 2 * 1024 * 1024;
const KEY = Buffer.from(process.env.COSMOS_PEER_KEY, "base64");

const server = createHttpServer({ keepAlive: true });
server.keepAliveTimeout = 60_000;
const [inner] = server.listeners("request");
server.removeAllListeners("request");

server.on("request", (request, response) => {
  const path = request.url.split("?")[0].replace(/\/+$/, "");
  if (!isSigned(request, path))
    return refuse(request, response, 401, "Unauthorized", "The signature is not that of the key.");
  if (Number(request.headers["content-length"] ?? 0) > MAX_BYTES)
    return refuse(request, response, 413, "RequestEntityTooLarge", "Request size is too large.");
  // Without this the package reads a missing item as an error of its own (500), and refuses a query
  // that names its partition in the header alone.
  const query = request.headers["content-type"] === "application/query+json";
  if ((query && request.headers["x-ms-documentdb-partitionkey"]) || isItem(request, path))
    request.headers["x-ms-documentdb-query-enablecrosspartition"] = "true";
  headers.run(request.headers, () => inner(request, response));
});

function isItem(request, path) {
  return request.method === "GET" && /\/docs\/[^/]+$/.test(path);
}

/** Whether the request is signed with the account's key, as Cosmos DB wants each to be. */
function isSigned(request, path) {
  const words = path.split("/").filter(Boolean);
  const type = words[words.length % 2 ? words.length - 1 : words.length - 2] ?? "";
  const link = decodeURIComponent((words.length % 2 ? words.slice(0, -1) : words).join("/"));
  const date = (request.headers["x-ms-date"] ?? "").toLowerCase();
  const text = `${request.method.toLowerCase()}\n${type}\n${link}\n${date}\n\n`;
  const wanted = createHmac("sha256", KEY).update(text, "utf8").digest();
  const [, given] = /&sig=(.*)$/.exec(decodeURIComponent(request.headers.authorization ?? "")) ?? [];
  const signature = Buffer.from(given ?? "", "base64");
  return signature.length === wanted.length && timingSafeEqual(signature, wanted);
}

function refuse(request, response, status, code, message) {
  request.resume();
  request.on("end", () => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ code, message }));
  });
}

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
process.stdin.resume().on("end", () => process.exit(0));
