/** The page that classifies a picture, on both engines. */
import { classify, onnxClassifier, tfjsClassifier } from "./classifiers.js";
import { resizeBilinear } from "./lferc/data/resize-picture.js";
import { decodePicture, draw, frameOf, openCamera } from "./picture.js";
import { fetchFile, hasWebGpu } from "./runtimes.js";

/** Runs of each engine after the first, of which the median is shown. */
const timedRuns = 10;

const element = (id) => document.getElementById(id);

const engines = [
  {
    key: "onnx",
    title: "ONNX Runtime Web",
    places: { wasm: "WebAssembly", webgpu: "WebGPU" },
    open: (place) => onnxClassifier("model/lfer_ldl.onnx", place),
  },
  {
    key: "tfjs",
    title: "TensorFlow.js",
    places: { wasm: "WebAssembly", webgl: "WebGL", cpu: "JavaScript" },
    open: (place) => tfjsClassifier("model/lfer_ldl/model.json", place),
  },
].map((engine) => ({ ...engine, place: "wasm", opened: undefined, card: undefined }));

function say(problem) {
  element("message").textContent = problem instanceof Error ? problem.message : (problem ?? "");
}

const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
/** Lets the browser draw and listen. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function makeCard(engine) {
  const select = make("select");
  for (const [place, name] of Object.entries(engine.places)) select.append(make("option", { value: place }, name));
  select.addEventListener("change", async () => {
    engine.place = select.value;
    if (shown !== undefined) await answer();
  });
  const verdict = make("p", { className: "verdict" }, "\u2013");
  const bars = make("ol", { className: "bars" });
  const times = make("dl", { className: "facts" });
  const heading = make("h2", { id: `${engine.key}-title` }, engine.title);
  const choice = make("label", {}, make("span", { className: "visually-hidden" }, `${engine.title} runs on `), select);
  const card = make("section", { className: "card engine" }, make("div", { className: "row" }, heading, choice));
  card.dataset.engine = engine.key;
  card.setAttribute("aria-labelledby", heading.id);
  card.append(verdict, bars, times);
  engine.card = { verdict, bars, times, select };
  element("engines").append(card);
}

function showAnswer({ card }, labels, probabilities) {
  const best = probabilities.indexOf(Math.max(...probabilities));
  card.verdict.textContent = `${labels[best]} ${percent(probabilities[best])}`;
  card.bars.replaceChildren(
    ...labels.map((label, i) => {
      const fill = make("div", { className: "fill" });
      fill.style.width = percent(probabilities[i]).replace(" ", "");
      const row = make("li", { className: i === best ? "best" : "" });
      row.dataset.probability = probabilities[i];
      row.append(make("span", {}, label), make("div", { className: "track" }, fill));
      row.append(make("span", { className: "value" }, percent(probabilities[i])));
      return row;
    }),
  );
}

function showTimes({ card }, times) {
  card.times.replaceChildren(
    ...Object.entries(times).map(([name, ms]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, milliseconds(ms))),
    ),
  );
}

/** The engine with its model in the chosen place, opened when it is first needed. */
async function open(engine) {
  const { place } = engine;
  if (engine.opened?.place !== place) {
    engine.opened?.classifier.dispose();
    engine.opened = undefined;
    const began = performance.now();
    const classifier = await engine.open(place);
    engine.opened = { place, classifier, loadMs: performance.now() - began, firstMs: undefined };
  }
  return engine.opened;
}

let shown;
/** Counts what was asked for, so that an older question stops. */
let asked = 0;
let last = Promise.resolve();

/** Answers the picture that is shown, after what still runs. */
function answer() {
  const own = ++asked;
  const isOld = () => own !== asked;
  last = last.then(() => (isOld() ? undefined : answerNow(isOld))).catch(say);
  return last;
}

async function answerNow(isOld) {
  element("agreement").textContent = "";
  const answers = [];
  for (const engine of engines) {
    const opened = await open(engine);
    const { facts } = opened.classifier;
    const picture = resizeBilinear(shown, facts.width, facts.height);
    draw(element("shown"), picture);
    const began = performance.now();
    const probabilities = await classify(opened.classifier, picture);
    opened.firstMs ??= performance.now() - began;
    showAnswer(engine, facts.labels, probabilities);
    answers.push({ engine, opened, facts, picture, probabilities, runs: [] });
    await breathe();
    if (isOld()) return;
  }
  sayAgreement(answers);
  // In turns, so that neither has the machine's better moments.
  for (let run = 0; run < timedRuns; run++) {
    for (const { opened, picture, runs } of answers) {
      const began = performance.now();
      await classify(opened.classifier, picture);
      runs.push(performance.now() - began);
      await breathe();
      if (isOld()) return;
    }
  }
  for (const { engine, opened, runs } of answers) {
    showTimes(engine, {
      loading: opened.loadMs,
      "first run": opened.firstMs,
      [`median of ${timedRuns}`]: median(runs),
    });
  }
  document.body.dataset.state = "answered";
}

function sayAgreement([first, second]) {
  if (first.facts.network !== second.facts.network) throw new Error("The two files are of different networks.");
  const apart = first.probabilities.map((p, i) => Math.abs(p - second.probabilities[i]));
  const largest = Math.max(...apart);
  const agree = largest < 0.0005;
  element("agreement").dataset.agree = agree ? "yes" : "no";
  element("agreement").textContent =
    `${agree ? "Both engines agree" : "The engines differ"}: the largest difference of a probability is ${largest.toExponential(1)}.`;
}

async function show(picture, drawnAs = "", sample = undefined) {
  say("");
  document.body.dataset.state = "busy";
  shown = picture;
  element("drawn-as").textContent = drawnAs;
  for (const button of element("samples").querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button === sample));
  }
  await answer();
}

async function showFile(file) {
  if (file === undefined) return;
  try {
    await show(await decodePicture(file));
  } catch (error) {
    say(error);
  }
}

function listenToFiles() {
  const [drop, file] = [element("drop"), element("file")];
  element("choose").addEventListener("click", () => file.click());
  file.addEventListener("change", async () => {
    await showFile(file.files[0]);
    // So that the same file can be chosen again.
    file.value = "";
  });
  for (const kind of ["dragover", "drop"]) {
    // Beside the field too, or the browser would leave the page for the picture.
    window.addEventListener(kind, (event) => event.preventDefault());
  }
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", async ({ dataTransfer }) => {
    if (dataTransfer.files.length === 0) say("That was no file. Save the picture, and drop the file.");
    else await showFile(dataTransfer.files[0]);
  });
}

function listenToCamera() {
  const video = element("viewfinder");
  let closeCamera = () => undefined;
  const isOpen = (open) => {
    for (const id of ["viewfinder", "shooting"]) element(id).hidden = !open;
    for (const id of ["shown", "sources", "drop-hint"]) element(id).hidden = open;
  };
  const done = () => {
    closeCamera();
    isOpen(false);
    element("camera").focus();
  };
  element("camera").addEventListener("click", async () => {
    say("");
    try {
      closeCamera = await openCamera(video);
      isOpen(true);
      element("shoot").focus();
    } catch (error) {
      say(error);
    }
  });
  element("shoot").addEventListener("click", async () => {
    const frame = frameOf(video);
    done();
    await show(frame);
  });
  element("close").addEventListener("click", done);
}

const sharesText = (shares) =>
  Object.entries(shares)
    .filter(([, share]) => share > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([label, share]) => `${label} ${Math.round(100 * share)} %`)
    .join(", ");

function makeSamples(samples) {
  return samples.map(({ file, shares }, i) => {
    const picture = make("img", { src: `faces/${file}`, alt: "", width: 112, height: 112 });
    const button = make("button", { type: "button", ariaLabel: `Drawn face ${i + 1}` }, picture);
    button.setAttribute("aria-pressed", "false");
    const choose = async () => {
      try {
        const bytes = await fetchFile(`faces/${file}`);
        await show(await decodePicture(new Blob([bytes])), `Drawn as ${sharesText(shares)}.`, button);
      } catch (error) {
        say(error);
      }
    };
    button.addEventListener("click", choose);
    element("samples").append(make("li", {}, button));
    return choose;
  });
}

function sayLearnt({ training: { faces, people, size, epochs, test } }) {
  element("learnt").textContent =
    `LFER-LDL at ${size} x ${size} pixels learnt from ${faces} cartoon faces of ${people} persons, drawn by lferc faces, in ${epochs} epochs. ` +
    `Of ${test.faces} faces of ${test.people} other persons it names ${percent(test.accuracy)} as drawn. ` +
    "It has never seen a real face and is not fit for one: what it says about a photograph means nothing.";
}

async function begin() {
  for (const engine of engines) makeCard(engine);
  listenToFiles();
  listenToCamera();
  if (!(await hasWebGpu())) {
    const option = engines[0].card.select.querySelector("[value=webgpu]");
    Object.assign(option, { disabled: true, textContent: "no WebGPU" });
  }
  const about = JSON.parse(new TextDecoder().decode(await fetchFile("about.json")));
  sayLearnt(about);
  const [first] = makeSamples(about.samples);
  element("loading").remove();
  await first?.();
}

begin().catch((error) => {
  element("loading").remove();
  say(error);
});
