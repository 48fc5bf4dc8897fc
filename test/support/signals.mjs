// Sends this process a signal when it has come to a certain file: `node --import .../signals.mjs` with
// LFER_TEST_SIGNAL=SIGNAL:OPERATION:PART of the path, such as SIGTERM:openSync:run.lock. The operation is done first; SIGKILL comes before it.
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
  // Listeners are called by the event loop, a while after the signal was sent: what is done until then is not what is tried.
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
    // A signal that is under way does not keep a process alive.
    const alive = setInterval(() => undefined, 1000);
    await isHeard;
    clearInterval(alive);
    return result;
  };
  syncBuiltinESMExports();
}
