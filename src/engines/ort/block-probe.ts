/** Finds the channel block size of this machine's kernels by trying, since a wrong one silently gives wrong numbers. */
import { ModelWriter, nchwcDomain } from "./model-writer.js";
import { knowsInternals, type OrtModule, sessionOptions } from "./ort-runtime.js";

/** Floats per vector register of the kernels: 16 with AVX512, 8 with AVX and AVX2. */
export type Block = 8 | 16;

const blocks: readonly Block[] = [16, 8];

const [height, width] = [4, 5] as const;
const channels = 2 * 16;

const numberAt = (i: number): number => (((i * 7919 + 13) % 101) - 50) / 50;

/** A 3x3 filter and a map for every channel, and their zero-padded convolution, [channels, height, width]. */
function knownNumbers() {
  const filters = Float32Array.from({ length: channels * 9 }, (_, i) => numberAt(i));
  const maps = Float32Array.from({ length: channels * height * width }, (_, i) => numberAt(i + 1000));
  const results = new Float64Array(maps.length);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let tap = 0; tap < 9; tap++) {
          const [row, column] = [i + Math.floor(tap / 3) - 1, j + (tap % 3) - 1];
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          sum += (filters[c * 9 + tap] as number) * (maps[(c * height + row) * width + column] as number);
        }
        results[(c * height + i) * width + j] = sum;
      }
    }
  }
  return { filters, maps, results };
}

/** Reorders channel-major numbers [channels, cells] to blocks: [channels / block, cells, block]. */
function inBlocks(values: ArrayLike<number>, cells: number, block: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const [channel, cell] = [Math.floor(i / cells), i % cells];
    out[(Math.floor(channel / block) * cells + cell) * block + (channel % block)] = values[i] as number;
  }
  return out;
}

/** Runs one depthwise convolution with a computed filter, as steps do; true if the result is right. */
export async function blockWorks(ort: OrtModule, block: Block): Promise<boolean> {
  const writer = new ModelWriter(18);
  const { filters, maps, results } = knownNumbers();
  const shape = [1, channels, height, width];
  const x = writer.input("x", shape);
  const filter = writer.input("w", [channels, 1, 3, 3]);
  const attributes = { group: channels, kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1], dilations: [1, 1] };
  writer.output("y", writer.one(`${nchwcDomain}:Conv`, [x, filter], attributes), shape);
  const session = await ort.InferenceSession.create(
    writer.finish("probe"),
    sessionOptions({ provider: "cpu", threads: 1, optimize: "disabled" }),
  );
  const tensor = (data: Float32Array, dims: readonly number[]) => new ort.Tensor("float32", data, [...dims]);
  const { y } = await session.run({
    x: tensor(inBlocks(maps, height * width, block), shape),
    w: tensor(inBlocks(filters, 9, block), [channels, 1, 3, 3]),
  });
  await session.release();
  const wanted = inBlocks(results, height * width, block);
  const found = y?.data as Float32Array;
  return wanted.every((value, i) => Math.abs(value - (found[i] as number)) < 1e-4);
}

/** The block size of this machine; undefined if its kernels have none, or if this version of ONNX Runtime is not known to us. */
export async function probeBlock(ort: OrtModule): Promise<Block | undefined> {
  if (!knowsInternals(ort)) return undefined;
  for (const block of blocks) {
    try {
      if (await blockWorks(ort, block)) return block;
    } catch (error) {
      // A build without these kernels rejects the model; any other error also means that the layout cannot be used.
      if (!(error instanceof Error)) throw error;
      return undefined;
    }
  }
  return undefined;
}
