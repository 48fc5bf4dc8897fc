// Serves a folder to this machine: node examples/browser/serve.mjs [FOLDER [PORT]]. Any static server does as well.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const types = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

const [folder = fileURLToPath(new URL("../../out/browser/site", import.meta.url)), port = "8080"] =
  process.argv.slice(2);
const root = resolve(folder);

/** The file of an address below the folder, if there is one. */
async function fileOf(url) {
  let path;
  try {
    path = join(root, decodeURIComponent(new URL(url, "http://localhost").pathname));
  } catch {
    return undefined;
  }
  if (path.endsWith(sep)) path = join(path, "index.html");
  if (!path.startsWith(root + sep) || path.includes("\0")) return undefined;
  const about = await stat(path).catch(() => undefined);
  return about?.isFile() ? { path, length: about.size } : undefined;
}

const server = createServer(async ({ method, url }, response) => {
  const file = method === "GET" || method === "HEAD" ? await fileOf(url) : undefined;
  if (file === undefined) {
    response.writeHead(404, { "content-type": "text/plain" }).end("There is no such file here.\n");
    return;
  }
  response.writeHead(200, {
    "content-type": types[extname(file.path)] ?? "application/octet-stream",
    "content-length": file.length,
    "cache-control": "no-cache",
  });
  if (method === "HEAD") response.end();
  else createReadStream(file.path).pipe(response);
});
server.on("error", ({ message }) => {
  console.error(`${message}: node examples/browser/serve.mjs FOLDER PORT takes another port`);
  process.exit(1);
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://localhost:${server.address().port}/`));
