/*
 * Installs @tensorflow/tfjs-node with its native binding, from package registries alone, and links it into node_modules:
 *   node tools/build-tfjs-node.mjs [CACHE]      (CACHE: .cache/tfjs-node by default; kept between runs)
 * Its own installer downloads libtensorflow from a storage host that many networks do not reach. The same library is in the wheel
 * tensorflow-cpu, pinned by its sha256; the binding's sources are in the npm package. x86-64 Linux only, like the wheel; needs npm,
 * Python 3 with venv (with a recent pip, which supports wheels of other platforms) and g++.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const versions = { tfjs: "4.22.0", tensorflow: "2.13.1" };
const wheelSha256 = "87be6e61314b2c0fa062f71e26e41d6a17e162ffe4da72c820fe8f1fc94d97fe";
const pipPlatform = ["--platform", "manylinux2014_x86_64", "--python-version", "3.11"];
/** The name that tfjs-node's installer looks for; without it, it deletes deps/. */
const expectedLibrary = "libtensorflow.so.2.9.1";
const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = resolve(process.argv[2] ?? join(root, ".cache/tfjs-node"));
const tensorflow = join(cache, `tensorflow-${versions.tensorflow}`);
const install = join(cache, `install-${versions.tfjs}`);
const packageFolder = join(install, "node_modules/@tensorflow/tfjs-node");

/** Runs a program to its end, or throws; its output goes to stderr. */
function run(program, args, cwd = cache) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new Error(`${program} ${args[0]} failed`, { cause: error });
}

async function sha256(path) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** Makes a folder under a temporary name and renames it when it is complete: an interrupted run leaves no partial folder. */
async function whole(folder, make) {
  if (existsSync(folder)) return;
  const beside = `${folder}.part`;
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true });
  await make(beside);
  await rename(beside, folder);
}

/** The two libraries and the C headers of the wheel. */
async function unpackTensorflow(folder) {
  const download = join(folder, "download");
  const python = join(folder, "venv/bin/python");
  run("python3", ["-m", "venv", join(folder, "venv")]);
  const plain = ["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
  run(python, ["-m", "pip", ...plain, ...pipPlatform, `tensorflow-cpu==${versions.tensorflow}`, "-d", download]);
  const [wheel] = (await readdir(download)).filter((name) => name.endsWith(".whl"));
  const found = await sha256(join(download, wheel));
  if (found !== wheelSha256) throw new Error(`${wheel} has the sha256 ${found}, not ${wheelSha256}`);
  const wanted = [
    ...libraries.map((name) => `tensorflow/${name}`),
    ...["c/", "core/platform/", "tsl/c/", "tsl/platform/"].map((part) => `tensorflow/include/tensorflow/${part}`),
  ];
  const unzip =
    "import sys, zipfile\nw = zipfile.ZipFile(sys.argv[1])\nw.extractall(sys.argv[2], [n for n in w.namelist() if n.startswith(tuple(sys.argv[3:]))])";
  run(python, ["-c", unzip, join(download, wheel), join(folder, "unpacked"), ...wanted]);
  await mkdir(join(folder, "lib"));
  for (const name of libraries) await rename(join(folder, "unpacked/tensorflow", name), join(folder, "lib", name));
  await rename(join(folder, "unpacked/tensorflow/include"), join(folder, "include"));
  await symlink(libraries[0], join(folder, "lib", expectedLibrary));
  for (const part of ["download", "venv", "unpacked"]) await rm(join(folder, part), { recursive: true });
}

/** Headers beside Node, or those of npm's node-api-headers. */
function nodeHeaders() {
  const beside = join(dirname(dirname(process.execPath)), "include/node");
  if (existsSync(join(beside, "node_api.h"))) return beside;
  return createRequire(join(install, "package.json"))("node-api-headers").include_dir;
}

async function installPackage(folder) {
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  const packages = [`@tensorflow/tfjs-node@${versions.tfjs}`, "node-api-headers"];
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...packages], folder);
}

async function compileBinding() {
  const deps = join(packageFolder, "deps");
  await mkdir(deps, { recursive: true });
  for (const part of ["lib", "include"]) {
    await rm(join(deps, part), { force: true });
    await symlink(join(tensorflow, part), join(deps, part));
  }
  const { binary } = JSON.parse(await readFile(join(packageFolder, "package.json"), "utf8"));
  const napi = Math.max(...binary.napi_versions.filter((version) => version <= Number(process.versions.napi)));
  const folder = join(packageFolder, binary.module_path.replace("{napi_build_version}", napi));
  const addon = join(folder, `${binary.module_name}.node`);
  if (existsSync(addon)) return;
  await mkdir(folder, { recursive: true });
  const sources = (await readdir(join(packageFolder, "binding"))).filter((name) => name.endsWith(".cc"));
  run(
    "g++",
    [
      ...["-std=c++17", "-O2", "-shared", "-fPIC", `-DNAPI_VERSION=${napi}`, "-o", `${addon}.part`],
      ...[`-I${nodeHeaders()}`, "-I.", "-Ideps/include", ...sources.map((name) => `binding/${name}`)],
      ...["-Ldeps/lib", ...libraries.map((name) => `-l:${name}`), "-Wl,-rpath,$ORIGIN/../../deps/lib"],
    ],
    packageFolder,
  );
  await rename(`${addon}.part`, addon);
}

/** Links it so that Node finds it as if it were installed; `npm ci` removes the link. */
async function linkPackage() {
  const link = join(root, "node_modules/@tensorflow/tfjs-node");
  await mkdir(dirname(link), { recursive: true });
  await rm(link, { recursive: true, force: true });
  await symlink(packageFolder, link);
}

if (process.platform !== "linux" || process.arch !== "x64") {
  throw new Error(`the library is for x64 Linux, not for ${process.arch} ${process.platform}`);
}
await mkdir(cache, { recursive: true });
await whole(tensorflow, unpackTensorflow);
await whole(install, installPackage);
await compileBinding();
await linkPackage();
console.log(packageFolder);
