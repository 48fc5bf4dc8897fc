/** The page that trains a small network. */
import { drawChart, smoothed } from "./chart.js";
import { faceSet } from "./face-set.js";
import { softmax } from "./lferc/deploy/softmax.js";
import { factsOf } from "./model-facts.js";
import { metadataOf, withWeights } from "./onnx-file.js";
import { draw } from "./picture.js";
import { fetchFile, hasWebGpu, loadOnnxRuntime } from "./runtimes.js";
import { onnxTrainer, tfjsTrainer } from "./trainers.js";

/** Milliseconds between two looks of the charts. */
const drawEvery = 100;

const element = (id) => document.getElementById(id);
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const largestAt = (values) => values.indexOf(Math.max(...values));
const breathe = () => new Promise((resolve) => setTimeout(resolve));

const say = (error) => {
  element("message").textContent = error?.message ?? "";
};

const engines = [
  { key: "onnx-wasm", name: "ONNX Runtime Web, WebAssembly", open: ({ step }) => onnxTrainer(step, "wasm") },
  { key: "onnx-webgpu", name: "ONNX Runtime Web, WebGPU", open: ({ step }) => onnxTrainer(step, "webgpu") },
  { key: "tfjs-webgl", name: "TensorFlow.js, WebGL", open: ({ module }) => tfjsTrainer(module, "webgl") },
  { key: "tfjs-wasm", name: "TensorFlow.js, WebAssembly", open: ({ module }) => tfjsTrainer(module, "wasm") },
].map((engine, i) => ({ ...engine, className: `series-${i + 1}`, run: undefined }));

/** What the site has: the step in both forms, the network to ask, the faces. Filled by `begin`. */
let parts;
let isRunning = false;

const rows = (logits, width) =>
  Array.from({ length: logits.length / width }, (_, i) => logits.subarray(i * width, (i + 1) * width));

/** The network with these weights, asked about all held-out faces at once: it is what a deployment would run. */
async function askHeldOut(weights, origin) {
  const { network, networkFacts: facts, kept, faces } = parts;
  const file = withWeights(network, Object.fromEntries(kept.map((name) => [name, weights[name]])), origin);
  const ort = await loadOnnxRuntime("wasm");
  const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
  const shape = [faces.heldOut.length, 3, facts.height, facts.width];
  const { [facts.output]: output } = await session.run({
    [facts.input]: new ort.Tensor("float32", faces.heldOutPlanes(), shape),
  });
  const answers = rows(output.data, facts.labels.length).map((logits) => softmax(logits));
  await session.release();
  const right = answers.filter((answer, i) => largestAt(answer) === faces.heldOut[i].label).length;
  return { file, answers, accuracy: right / answers.length };
}

function showAnswers(answers) {
  const { faces, networkFacts } = parts;
  const { labels } = networkFacts;
  // The first and the last of each expression, for they are of different persons.
  const chosen = labels.flatMap((_, label) => {
    const own = [...faces.heldOut.keys()].filter((i) => faces.heldOut[i].label === label);
    return own.length < 2 ? own : [own[0], own.at(-1)];
  });
  element("answers").replaceChildren(
    ...chosen.map((i) => {
      const { image, label } = faces.heldOut[i];
      const item = document.createElement("li");
      const canvas = document.createElement("canvas");
      draw(canvas, image);
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `A face drawn as ${labels[label]}`);
      item.append(canvas);
      if (answers !== undefined) {
        const best = largestAt(answers[i]);
        const line = document.createElement("p");
        const verdict = document.createElement("strong");
        verdict.className = best === label ? "right" : "wrong";
        verdict.textContent = `${best === label ? "\u2713" : "\u2717"} ${labels[best]}`;
        line.append(verdict, document.createElement("br"), `${Math.round(100 * answers[i][best])}\u00a0%`);
        if (best !== label) line.append(`, drawn as ${labels[label]}`);
        item.append(line);
      }
      return item;
    }),
  );
}

function drawCharts() {
  const { epochs, stepsPerEpoch, networkFacts } = parts;
  const common = { steps: epochs * stepsPerEpoch, epochs };
  const runs = engines.filter(({ run }) => run !== undefined);
  const largest = Math.max(2, Math.min(5, Math.ceil(Math.max(0, ...runs.flatMap(({ run }) => run.losses)))));
  drawChart(element("loss-chart"), {
    ...common,
    top: largest,
    parts: largest,
    format: (value) => value.toFixed(0),
    series: runs.map(({ className, run }) => ({
      className,
      lines: [
        { values: run.losses, isFaint: true },
        { values: smoothed(run.losses), isFaint: false },
      ],
      points: [],
    })),
  });
  drawChart(element("accuracy-chart"), {
    ...common,
    top: 1,
    parts: 4,
    format: (value) => `${Math.round(100 * value)} %`,
    chance: 1 / networkFacts.labels.length,
    series: runs.map(({ className, run }) => ({
      className,
      lines: [{ values: smoothed(run.accuracies), isFaint: false }],
      points: run.heldOut.map(({ step, accuracy }) => ({ at: step, value: accuracy })),
    })),
  });
}

function showLegend() {
  element("legend").replaceChildren(
    ...engines
      .filter(({ run }) => run !== undefined)
      .map(({ className, name }) => Object.assign(document.createElement("li"), { className, textContent: name })),
  );
}

function showFacts({ losses, stepMs, heldOut }) {
  const total = parts.epochs * parts.stepsPerEpoch;
  const facts = { step: `${losses.length} of ${total}` };
  if (losses.length > 0) facts.loss = smoothed(losses).at(-1).toFixed(3);
  // The first step also compiles.
  if (stepMs.length > 1) facts["ms a step (median)"] = median(stepMs.slice(1)).toFixed(1);
  if (heldOut.length > 0) facts["held-out accuracy"] = percent(heldOut.at(-1).accuracy);
  element("facts").replaceChildren(
    ...Object.entries(facts).map(([name, value]) => {
      const pair = document.createElement("div");
      pair.append(Object.assign(document.createElement("dt"), { textContent: name }));
      pair.append(Object.assign(document.createElement("dd"), { textContent: value }));
      return pair;
    }),
  );
}

function showNumbers() {
  const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  element("numbers").replaceChildren(
    ...engines.flatMap(({ name, run }) =>
      (run?.heldOut ?? []).map(({ step, accuracy }, epoch) => {
        const from = run.heldOut[epoch - 1]?.step ?? 0;
        const of = (values) => mean(values.slice(from, step));
        const cells = [name, epoch + 1, of(run.losses).toFixed(4), percent(of(run.accuracies)), percent(accuracy)];
        const row = document.createElement("tr");
        for (const cell of [...cells, median(run.stepMs.slice(from, step)).toFixed(1)]) row.insertCell().append(cell);
        return row;
      }),
    ),
  );
}

/** Trains to the end, or until `isRunning` is taken back. */
async function train(engine) {
  const { module, faces, networkFacts, batchSize, epochs, stepsPerEpoch } = parts;
  const classCount = networkFacts.labels.length;
  const run = { losses: [], accuracies: [], stepMs: [], heldOut: [], file: undefined };
  engine.run = run;
  showLegend();
  element("progress").textContent = `${engine.name}: opening.`;
  await breathe();
  const trainer = await engine.open(parts);
  const look = async (epoch) => {
    const { file, answers, accuracy } = await askHeldOut(
      await trainer.weights(),
      `${run.losses.length} steps in a page`,
    );
    run.file = file;
    run.heldOut.push({ step: run.losses.length, accuracy });
    showAnswers(answers);
    const ending = isRunning && epoch < epochs ? "" : ` ${engine.name}: ${isRunning ? "finished" : "stopped"}.`;
    element("progress").textContent =
      `Epoch ${epoch} of ${epochs}: loss ${smoothed(run.losses).at(-1).toFixed(3)}, ${percent(accuracy)} of ${answers.length} held-out faces.${ending}`;
  };
  try {
    let drawnAt = 0;
    for (let epoch = 0; epoch < epochs && isRunning; epoch++) {
      let i = 0;
      for (const { image, target, labels } of faces.batches(epoch, batchSize, classCount)) {
        const began = performance.now();
        const rate = module.learningRate(epoch, i++, stepsPerEpoch);
        const { loss, logits } = await trainer.step({ image, target, rate });
        run.stepMs.push(performance.now() - began);
        if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss} at step ${run.losses.length + 1}.`);
        run.losses.push(loss);
        const right = rows(logits, classCount).filter((row, at) => largestAt([...row]) === labels[at]).length;
        run.accuracies.push(right / batchSize);
        if (performance.now() - drawnAt > drawEvery) {
          showFacts(run);
          drawCharts();
          await breathe();
          drawnAt = performance.now();
        }
        if (!isRunning) break;
      }
      await look(epoch + 1);
      showFacts(run);
      showNumbers();
      drawCharts();
    }
  } finally {
    await trainer.dispose();
  }
}

async function startOrStop() {
  if (isRunning) {
    isRunning = false;
    return;
  }
  say();
  isRunning = true;
  const engine = engines.find(({ key }) => key === element("engine").value);
  element("start").textContent = "Stop";
  element("engine").disabled = true;
  element("download").disabled = true;
  document.body.dataset.state = "running";
  try {
    await train(engine);
  } catch (error) {
    say(error);
  }
  isRunning = false;
  element("start").textContent = "Start again";
  element("engine").disabled = false;
  element("download").disabled = engine.run.file === undefined;
  document.body.dataset.state = "done";
}

function download() {
  const { run } = engines.find(({ key }) => key === element("engine").value);
  const address = URL.createObjectURL(new Blob([run.file]));
  Object.assign(document.createElement("a"), { href: address, download: "trained.onnx" }).click();
  // The browser reads it after this.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function begin() {
  const json = async (path) => JSON.parse(new TextDecoder().decode(await fetchFile(path)));
  const [about, step, network, bytes] = await Promise.all([
    json("train/faces.json"),
    fetchFile("train/step.onnx"),
    fetchFile("train/network.onnx"),
    fetchFile("train/faces.bin"),
  ]);
  const module = await import("./train/step.mjs");
  const metadata = metadataOf(step);
  const networkFacts = factsOf(metadataOf(network));
  if (factsOf(module.metadata).network !== networkFacts.network || factsOf(metadata).network !== networkFacts.network) {
    throw new Error("The files in train/ are of different networks.");
  }
  const { parameters, statistics } = JSON.parse(metadata["lfer.state"]);
  const batchSize = Number(metadata["lfer.batch"]);
  const { epochs } = JSON.parse(metadata["lfer.training"]).run;
  const faces = faceSet(about, bytes, networkFacts);
  const stepsPerEpoch = Math.floor(faces.train / batchSize);
  const kept = [...parameters, ...statistics];
  parts = { step, module, network, networkFacts, kept, faces, batchSize, epochs, stepsPerEpoch };

  const webGpu = await hasWebGpu();
  for (const { key, name } of engines) {
    const isMissing = key === "onnx-webgpu" && !webGpu;
    element("engine").append(new Option(isMissing ? `${name} (not here)` : name, key));
    element("engine").lastChild.disabled = isMissing;
  }
  element("engine").addEventListener("change", () => {
    element("download").disabled = engines.find(({ key }) => key === element("engine").value).run?.file === undefined;
  });
  element("learnt").textContent =
    `${faces.train} cartoon faces of ${about.trainPeople} persons, drawn by lferc faces and ${about.size} pixels wide; ${faces.heldOut.length} of ${about.heldOutPeople} other persons are held out. ` +
    "No real face is among them, and the network is not fit for one.";
  element("start").addEventListener("click", startOrStop);
  element("start").disabled = false;
  element("download").addEventListener("click", download);
  new ResizeObserver(drawCharts).observe(element("loss-chart"));
  showFacts({ losses: [], stepMs: [], heldOut: [] });
  showAnswers(undefined);
  element("loading").remove();
}

begin().catch((error) => {
  element("loading").remove();
  say(error);
});
