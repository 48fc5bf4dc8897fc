import { compile, load } from "../src/compiler.js";
import { isProblem } from "../src/diagnostics/diagnostic.js";
import { invariant } from "../src/diagnostics/invariant.js";
import { nodeHost } from "../src/hosts/node-host.js";
import { placesFromHome } from "../src/source/source-origin.js";
import { drawNetwork } from "../src/targets/svg/build.js";
import { type GeneratedFile, root } from "./generated-file.js";

/** docs/lfer_ldl.svg: the paper's network as `lferc build --target svg` draws it. */
export async function generatePicture(): Promise<GeneratedFile[]> {
  const sources = await load(nodeHost(root), "models/lfer_ldl.lfer");
  const [model] = compile(sources, { graphsOnly: true, model: "LferLdl" }).models;
  invariant(model !== undefined, "models/lfer_ldl.lfer compiles");
  const picture = drawNetwork(model.graph, { locate: placesFromHome(sources) });
  invariant(!isProblem(picture), "LFER-LDL fits a picture");
  return [{ path: "docs/lfer_ldl.svg", text: picture.svg }];
}
