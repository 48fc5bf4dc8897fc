#!/usr/bin/env node
import module from "node:module";

// Compiled code is kept between runs where Node can (from 22.1): a fifth of the time of a short command.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const { main } = await import("./main.js");
await main(process.argv.slice(2));
