// A registry in which a stranger owns the name lferc: `node strange-registry.mjs FILE.tgz` serves it, and prints its address on stdout.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const tarball = readFileSync(process.argv[2]);
const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;

const server = createServer((request, response) => {
  const address = `http://127.0.0.1:${server.address().port}`;
  if (request.url === "/taken.tgz") return response.end(tarball);
  if (request.url !== "/lferc") return response.writeHead(404).end("{}");
  const dist = { tarball: `${address}/taken.tgz`, integrity };
  const taken = { name: "lferc", version: "9.9.9", bin: { lferc: "taken.js" }, dist };
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ name: "lferc", "dist-tags": { latest: "9.9.9" }, versions: { "9.9.9": taken } }));
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
