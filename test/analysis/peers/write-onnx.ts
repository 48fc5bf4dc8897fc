// Writes the networks of networks.json as the ONNX files that lferc deploys, for onnx_tool_counts.py:
// node --import tsx test/analysis/peers/write-onnx.ts FOLDER
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { networks, onnxOf } from "../peer-networks.js";

const [folder = "."] = process.argv.slice(2);
for (const name of Object.keys(networks)) writeFileSync(join(folder, `${encodeURIComponent(name)}.onnx`), onnxOf(name));
