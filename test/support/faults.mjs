// Makes the n-th operation that would change the disk fail, as on a full or read-only disk. In a test by `failAt`; in a process of its
// own by `node --import .../faults.mjs` with LFER_TEST_FAULT=N:CODE, which counts only this process's operations.
import sync from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const counted = [
  "mkdir",
  "mkdtemp",
  "rename",
  "rm",
  "rmdir",
  "unlink",
  "writeFile",
  "link",
  "symlink",
  "copyFile",
  "cp",
];
const countedSync = ["mkdirSync", "mkdtempSync", "openSync", "writeFileSync", "renameSync", "linkSync"];
const originalsSync = Object.fromEntries(countedSync.map((name) => [name, sync[name]]));
const originals = Object.fromEntries([...counted, "open"].map((name) => [name, fs[name]]));

/** Every operation from the `at`-th (counted from 1) on fails with this code, or only that one; returns their record, and how to end it. */
export function failAt(at, code, { goesOn = false } = {}) {
  const operations = [];
  const step = (what) => {
    operations.push(what);
    const count = operations.length;
    if (count === at || (goesOn && count > at)) throw Object.assign(new Error(`${code}: ${what}`), { code });
  };
  for (const name of counted) {
    fs[name] = async (...args) => {
      step(`${name} ${args[0]}`);
      return originals[name](...args);
    };
  }
  for (const name of countedSync) {
    sync[name] = (...args) => {
      if (name !== "openSync" || !["r", undefined].includes(args[1])) step(`${name} ${args[0]}`);
      return originalsSync[name](...args);
    };
  }
  fs.open = async (path, flags = "r", ...rest) => {
    const writes = typeof flags === "number" ? (flags & 3) !== 0 : flags !== "r";
    if (writes) step(`open ${path}`);
    const handle = await originals.open(path, flags, ...rest);
    if (!writes) return handle;
    const { writeFile } = handle;
    handle.writeFile = async (data, ...args) => {
      try {
        step(`write ${path}`);
      } catch (error) {
        // A disk that fills up accepts what still fits.
        if (error.code === "ENOSPC") await writeFile.call(handle, data.slice(0, data.length >> 1), ...args);
        throw error;
      }
      return writeFile.call(handle, data, ...args);
    };
    return handle;
  };
  syncBuiltinESMExports();
  const end = () => {
    Object.assign(fs, originals);
    Object.assign(sync, originalsSync);
    syncBuiltinESMExports();
    return operations;
  };
  return { operations, end };
}

const [at, code] = (process.env.LFER_TEST_FAULT ?? "").split(":");
if (code !== undefined) {
  // Processes that we start are not affected.
  delete process.env.LFER_TEST_FAULT;
  failAt(Number(at), code);
}
