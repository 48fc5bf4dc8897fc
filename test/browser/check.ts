/**
 * Loads report.html in a browser, wide and narrow, light and dark, and checks what it shows: node --import tsx
 * test/browser/check.ts [FOLDER]; screenshots go to FOLDER. Not part of `npm test`: it needs Debian's chromium, as .ci/run
 * installs it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { faceExpressions } from "../../src/data/generated-faces.js";
import { Chromium, findChromium, type LookOptions } from "../../tools/chromium.js";
import { someRunFiles } from "../report/some-run.js";
import { callLferc } from "../support/in-process.js";

/** The facts that are read from a page; this function runs there. */
const script = `(() => {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const paperOf = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (!/^rgba\\(0, 0, 0, 0\\)$|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = [...document.querySelectorAll("body *")].filter((each) =>
    [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "") && !["STYLE", "title"].includes(each.tagName));
  // Letters on a coloured field are a matter of their own.
  const faint = texts.filter((each) => !each.classList.contains("on-heat")).flatMap((each) => {
    const style = getComputedStyle(each);
    const colour = each instanceof SVGElement ? style.fill : style.color;
    const ratio = contrast(colour, paperOf(each));
    return ratio < 4.5 ? [each.tagName + "." + each.getAttribute("class") + " " + colour + ": " + ratio.toFixed(2)] : [];
  });
  return {
    title: document.title,
    sections: [...document.querySelectorAll("section")].map((each) => each.id),
    text: document.body.innerText,
    charts: [...document.querySelectorAll("svg.chart")].filter((each) => each.getBoundingClientRect().width > 100).length,
    styled: getComputedStyle(document.querySelector("section")).borderTopLeftRadius,
    images: [...document.images].map((each) => each.complete && each.naturalWidth > 0 && each.width > 0),
    overflow: document.documentElement.scrollWidth - innerWidth,
    paper: getComputedStyle(document.body).backgroundColor,
    faint: [...new Set(faint)],
  };
})()`;

interface Seen {
  readonly title: string;
  readonly sections: readonly string[];
  readonly text: string;
  readonly charts: number;
  readonly styled: string;
  readonly images: readonly boolean[];
  readonly overflow: number;
  readonly paper: string;
  readonly faint: readonly string[];
}

const program = findChromium();
if (program === undefined) throw new Error("no chromium: apt-get install chromium-headless-shell");
const [out] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "lfer-browser-"));

const hostile = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(2)</script>",
  `"><svg onload=alert(3)>${"long".repeat(40)}`,
];
const runs = {
  faces: someRunFiles("faces", { keyOf: (c, i) => `${faceExpressions[c]}/${i}`, about: { epochs: 3 } }),
  hostile: someRunFiles("hostile", {
    classes: hostile,
    keyOf: (c, i) => `${hostile[c]}/${"x".repeat(300)}${i}`,
    source: hostile.join("\n"),
  }),
};

const looks: readonly LookOptions[] = [
  { width: 1280, height: 900, scheme: "light" },
  { width: 1280, height: 900, scheme: "dark" },
  { width: 390, height: 844, scheme: "light" },
  { width: 390, height: 844, scheme: "dark" },
];

let wrong = 0;
const expect = (what: string, holds: boolean, more: unknown = ""): void => {
  if (holds) return;
  wrong++;
  console.log(`WRONG: ${what} ${typeof more === "string" ? more : JSON.stringify(more)}`);
};

const browser = new Chromium(program, join(folder, "profile"));
try {
  for (const [name, files] of Object.entries(runs)) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const reported = await callLferc(["report", name, ...(name === "faces" ? ["--data", "generated"] : [])], folder);
    expect(`${name}: lferc report`, reported.code === 0, reported.stderr);
    const papers = new Set<string>();
    for (const look of looks) {
      const where = `${name}, ${look.width} wide, ${look.scheme}:`;
      const { complaints, value, picture } = await browser.look(
        pathToFileURL(join(folder, name, "report.html")).href,
        look,
        script,
      );
      const seen = value as Seen;
      papers.add(seen.paper);
      expect(`${where} nothing to complain of`, complaints.length === 0, complaints);
      const parts = ["curves", "confusion", "classes", "sureness", "mistakes", "recipe", "settings", "data", "run"];
      expect(
        `${where} every part`,
        parts.every((part) => seen.sections.includes(part)),
        seen.sections,
      );
      expect(
        `${where} the figures`,
        ["85.0%", "0.848", "Macro-F1", "Calibration error"].every((text) => seen.text.includes(text)),
      );
      expect(`${where} six charts`, seen.charts === 6, seen.charts);
      expect(`${where} its style is obeyed`, seen.styled === "10px", seen.styled);
      expect(`${where} nothing stands beyond the edge`, seen.overflow <= 0, seen.overflow);
      expect(`${where} letters that can be read`, seen.faint.length === 0, seen.faint);
      expect(
        `${where} its pictures`,
        seen.images.length === (name === "faces" ? 9 : 0) && seen.images.every(Boolean),
        seen.images,
      );
      if (name === "hostile") expect(`${where} hostile names as text`, seen.text.includes("<script>alert(2)</script>"));
      if (out !== undefined) {
        mkdirSync(out, { recursive: true });
        writeFileSync(join(out, `${name}-${look.width}-${look.scheme}.png`), picture);
      }
    }
    expect(`${name}: light and dark differ`, papers.size === 2, [...papers]);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  wrong === 0
    ? `right: ${Object.keys(runs).length} pages in ${program}, each in ${looks.length} looks`
    : `${wrong} wrong`,
);
if (wrong > 0) process.exitCode = 1;
