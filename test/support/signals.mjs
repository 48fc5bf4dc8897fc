// Sends this process a signal when it accesses a certain file: `node --import .../signals.mjs` with LFER_TEST_SIGNAL=SIGNAL:OPERATION:PART
// of the path, such as SIGTERM:openSync:run.lock. The operation is done first; SIGKILL is sent before it.
import sync from "node:fs";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

const [signal, operation, part] = (process.env.LFER_TEST_SIGNAL ?? "").split(":");
if (part !== undefined) {
  delete process.env.LFER_TEST_SIGNAL;
  const isSync = operation.endsWith("Sync");
  const module = isSync ? sync : fs;
  const original = module[operation];
  let isSent = false;
  // The event loop calls listeners some time after the signal was sent: operations until then are not what is tested.
  const { emit } = process;
  const isHeard = new Promise((settle) => {
    process.emit = function (name, ...more) {
      const answer = emit.call(this, name, ...more);
      if (name === signal) settle();
      return answer;
    };
  });
  const comes = (args) => !isSent && args.slice(0, 2).some((path) => String(path).includes(part));
  module[operation] = (...args) => {
    if (!comes(args)) return original(...args);
    isSent = true;
    if (!isSync) return signalled(args);
    const result = original(...args);
    process.kill(process.pid, signal);
    return result;
  };
  const signalled = async (args) => {
    if (signal === "SIGKILL") process.kill(process.pid, signal);
    const result = await original(...args);
    process.kill(process.pid, signal);
    // A pending signal does not keep a process alive.
    const alive = setInterval(() => undefined, 1000);
    await isHeard;
    clearInterval(alive);
    return result;
  };
  syncBuiltinESMExports();
}
