/** A chart of lines and points over the steps of a run, redrawn as they come. */

const svg = "http://www.w3.org/2000/svg";
const margin = { left: 42, right: 12, top: 10, bottom: 26 };

function make(tag, attributes, text) {
  const made = document.createElementNS(svg, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Each value pulled by those before it, so that a trend shows. */
export function smoothed(values, share = 0.12) {
  let mean;
  return values.map((value) => {
    mean = mean === undefined ? value : mean + share * (value - mean);
    return mean;
  });
}

/**
 * Draws series [{ className, lines: [{ values, isFaint }], points: [{ at, value }] }] over `steps` steps of `epochs` epochs; values go
 * from 0 to `top`, whose `parts` parts `format` writes; `chance` is a dashed line.
 */
export function drawChart(element, { series, steps, epochs, top, parts, format, chance }) {
  const { width, height } = element.getBoundingClientRect();
  if (width === 0) return;
  element.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const x = (step) => margin.left + (step / Math.max(1, steps)) * (width - margin.left - margin.right);
  const y = (value) => height - margin.bottom - (Math.min(value, top) / top) * (height - margin.top - margin.bottom);
  const drawn = [];
  for (let part = 0; part <= parts; part++) {
    const value = (top * part) / parts;
    drawn.push(make("line", { class: "rule", x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }));
    drawn.push(make("text", { x: margin.left - 6, y: y(value) + 4, "text-anchor": "end" }, format(value)));
  }
  const every = Math.max(1, Math.ceil(epochs / 8));
  for (let epoch = 0; epoch <= epochs; epoch += every) {
    const place = x((epoch * steps) / epochs);
    drawn.push(
      make("text", { x: place, y: height - 8, "text-anchor": epoch === epochs ? "end" : "middle" }, `${epoch}`),
    );
  }
  if (chance !== undefined) {
    drawn.push(
      make("line", { class: "chance", x1: margin.left, x2: width - margin.right, y1: y(chance), y2: y(chance) }),
    );
  }
  for (const { className, lines, points } of series) {
    const group = make("g", { class: className });
    for (const { values, isFaint } of lines) {
      if (values.length === 0) continue;
      const d = values
        .map((value, i) => `${i === 0 ? "M" : "L"}${x(i + 1).toFixed(1)} ${y(value).toFixed(1)}`)
        .join("");
      group.append(make("path", { class: isFaint ? "faint" : "", d }));
    }
    for (const { at, value } of points) group.append(make("circle", { cx: x(at), cy: y(value), r: 4.5 }));
    drawn.push(group);
  }
  element.replaceChildren(...drawn);
}
