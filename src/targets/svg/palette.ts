/** The colours of a diagram, for light and dark backgrounds, as style rules: no scripts, nothing external. */
import { inks, paper, pictureFont, type Shades } from "../../diagnostics/picture-style.js";
import { textSizes } from "./measure.js";
import type { OpKind } from "./op-kinds.js";

/** The mark of a box: the kind of its op, a folded block, or an input or output. */
export type Mark = OpKind | "block" | "end";

/** Marks with a contrast of at least 3:1 to the background (WCAG 2.2, 1.4.11). */
export const marks: Readonly<Record<Mark, Shades>> = {
  convolution: { light: "#1d63d8", dark: "#6ea8fe" },
  dense: { light: "#7a3fd1", dark: "#b794f6" },
  norm: { light: "#1a7f37", dark: "#56d364" },
  activation: { light: "#bc4c00", dark: "#f0883e" },
  pooling: { light: "#0b7285", dark: "#3bc9db" },
  combination: { light: "#bf3989", dark: "#f778ba" },
  rearrangement: { light: "#6e7781", dark: "#8b949e" },
  block: { light: "#424a53", dark: "#b1bac4" },
  end: { light: "#1f2328", dark: "#e6edf3" },
};

/** Backgrounds: the page, boxes, and nested open blocks in alternating colours. */
export const grounds = {
  page: paper,
  box: { light: "#ffffff", dark: "#1c2128" },
  frame0: { light: "#f3f5f8", dark: "#141920" },
  frame1: { light: "#e8ecf1", dark: "#1b222b" },
} as const satisfies Record<string, Shades>;

export const lines = {
  link: { light: "#59636e", dark: "#9198a1" },
  edge: { light: "#c3cad2", dark: "#3d444d" },
  track: { light: "#e4e8ed", dark: "#30363d" },
} as const satisfies Record<string, Shades>;

function rules(shade: keyof Shades): string {
  const fills = { ...grounds, ...inks, track: lines.track };
  return [
    ...Object.entries(fills).map(([name, shades]) => `.lfer .${name}{fill:${shades[shade]}}`),
    ...Object.entries(marks).map(([name, shades]) => `.lfer .${name}{fill:${shades[shade]}}`),
    `.lfer .frame0,.lfer .frame1,.lfer .box{stroke:${lines.edge[shade]}}`,
    `.lfer .link{stroke:${lines.link[shade]}}`,
    `.lfer .tip{fill:${lines.link[shade]}}`,
  ].join("\n");
}

/** All rules are scoped to the class `lfer`, so that a page with the diagram is not affected. */
export function styleSheet(): string {
  return `.lfer{font:${textSizes.body}px ${pictureFont}}
.lfer text{white-space:pre}
.lfer .small{font-size:${textSizes.small}px}
.lfer .label{font-size:${textSizes.label}px}
.lfer .title{font-size:${textSizes.title}px;font-weight:bold}
.lfer .strong{font-weight:bold}
.lfer .end-text{text-anchor:end}
.lfer .link{fill:none;stroke-width:1.4}
.lfer .frame0,.lfer .frame1,.lfer .box{stroke-width:1}
${rules("light")}
@media (prefers-color-scheme:dark){
${rules("dark")}
}`;
}
