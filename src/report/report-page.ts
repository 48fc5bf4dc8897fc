/**
 * The report of a run as one page: nothing is loaded, nothing is executed, and every text is escaped. Well-formed XML as well
 * as HTML, so that a strict parser can check it.
 */
import { createHash } from "node:crypto";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { asMarkup, markup, noMarkup } from "./markup.js";
import { pageStyle } from "./page-style.js";
import { aboutSections } from "./sections/about.js";
import { headline } from "./sections/headline.js";
import { judgedSections } from "./sections/judged.js";
import { mistakesSection } from "./sections/mistakes.js";
import { curvesSection } from "./sections/progress.js";
import { warningsSection } from "./sections/warnings.js";
import { type Shown, titleOf } from "./shown.js";

export function reportPage(shown: Shown, warnings: readonly Diagnostic[]): string {
  const { facts, extras } = shown;
  const sections = [
    warningsSection(shown, warnings),
    curvesSection(shown),
    ...judgedSections(shown),
    mistakesSection(shown),
    ...aboutSections(shown),
  ].filter((section) => section !== undefined);
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src '${styleDigest}'; base-uri 'none'; form-action 'none'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<title>${titleOf(facts)}</title>
<style>${asMarkup(pageStyle)}</style>
</head>
<body>
<header>
${headline(shown)}
<nav>${sections.map(({ id, title }) => markup`<a href="#${id}">${title}</a>`)}</nav>
</header>
<main>
${sections.map(
  ({ id, title, body }) => markup`<section id="${id}"${id === "warnings" ? asMarkup(' class="warnings"') : noMarkup}>
<h2>${title}</h2>
${body}
</section>
`,
)}</main>
<footer>Written by lferc ${extras.lferVersion} from the files of the run's folder: <code>lferc report</code> writes it anew.</footer>
</body>
</html>
`.markup;
}

/** Only the page's own style is allowed, also if a text should get through as markup after all. */
const styleDigest = `sha256-${createHash("sha256").update(pageStyle).digest("base64")}`;
