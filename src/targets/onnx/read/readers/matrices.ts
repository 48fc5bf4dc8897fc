import { isProblem, type Problem } from "../../../../diagnostics/diagnostic.js";
import type { ValueId } from "../../../../ir/graph.js";
import { type NodeReader, type NodeSite, only } from "../node-site.js";

/** A linear layer: the matrix as [features, inputs], whichever way round the file has it. */
function linear(site: NodeSite, dims: readonly number[], isTurned: boolean): readonly ValueId[] | Problem {
  const [rows = 0, columns = 0] = dims;
  const [features, inputs] = isTurned ? [rows, columns] : [columns, rows];
  const x = site.tensor(0);
  if (isProblem(x)) return x;
  const { shape } = site.typeOf(x);
  if (shape.at(-1) !== inputs)
    return site.refuse(`its weight is for ${inputs} features, and it gets ${String(shape.at(-1))}`);
  const bias = !site.has(2) ? [] : [site.weight(2, "parameter", [features])];
  const weight = site.weight(1, "parameter", [features, inputs]);
  return only(site.one("linear", [x, weight, ...bias], { features, bias: bias.length > 0 }));
}

export const gemm: NodeReader = (site) => {
  const matrix = site.fixed(1);
  const [isTurned, isWeightTurned] = ["transA", "transB"].map((name) => site.attributes.int(name, 0) === 1);
  if (matrix === undefined || matrix.dims.length !== 2 || isTurned) {
    return site.refuse("it is not a linear layer: its first matrix is transposed, or its second one computed");
  }
  const [alpha, beta] = [site.attributes.float("alpha", 1), site.attributes.float("beta", 1)];
  if (alpha !== 1 || (beta !== 1 && site.has(2))) {
    return site.refuse(`it scales by ${alpha} and ${beta}, which lferc does not count`);
  }
  return linear(site, matrix.dims, isWeightTurned === true);
};

export const matMul: NodeReader = (site) => {
  const matrix = site.fixed(1);
  const x = site.input(0);
  // What lferc makes of numbers alone, to resize a map, is no layer that learns.
  const isLearnt =
    matrix?.isTrained === true && matrix.dims.length === 2 && x?.kind === "tensor" && x.type.shape.length > 1;
  if (isLearnt) {
    const vector = site.fixed(2);
    if (!site.has(2) || (vector?.dims.length === 1 && vector.dims[0] === matrix.dims[1])) {
      return linear(site, matrix.dims, false);
    }
  }
  const product = site.one("matmul", [site.tensor(0), site.tensor(1)]);
  return only(!site.has(2) ? product : site.one("add", [product, site.tensor(2)]));
};
