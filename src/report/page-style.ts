/** The style of report.html: light and dark, wide and narrow. No external fonts or pictures. */
import { chartStyle } from "./chart-style.js";

const pageFont = `system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif`;

const rules = [
  "*{box-sizing:border-box}",
  ":root{--paper:#fff;--page:#f6f8fa;--ink:#1f2328;--muted:#59636e;--line:#d8dee4;--accent:#0072b2;--warn:#9a4a00;--warn-paper:#fff6e8;--good:#00704f;--code:#f6f8fa;--remark:#59636e;--string:#0a5c36;--number:#8a3b00;--word:#6b2fa0;color-scheme:light dark}",
  "@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--page:#010409;--ink:#e6edf3;--muted:#9aa4af;--line:#30363d;--accent:#56b4e9;--warn:#ffb267;--warn-paper:#2b1d0c;--good:#2bd4a0;--code:#161b22;--remark:#9aa4af;--string:#7ee0a5;--number:#ffb27a;--word:#d2a8ff}}",
  "html{-webkit-text-size-adjust:100%}",
  `body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 ${pageFont};overflow-wrap:anywhere}`,
  "main,header,footer{max-width:1080px;margin:0 auto;padding:0 20px}",
  "header{padding-top:32px}h1{font-size:28px;line-height:1.2;margin:0 0 6px}h2{font-size:19px;margin:0 0 12px}h3{font-size:15px;margin:18px 0 8px}",
  "p{margin:0 0 10px}.muted,footer{color:var(--muted)}.small{font-size:13px}",
  "nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:14px 0 4px;font-size:14px}a{color:var(--accent)}",
  "section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:20px;margin:18px 0}",
  ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:14px;margin:18px 0}",
  ".tile{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:16px 18px}.tile .figure{font-size:32px;font-weight:650;line-height:1.15;font-variant-numeric:tabular-nums}.tile .name{font-weight:600}.tile p{margin:4px 0 0;font-size:13px;color:var(--muted)}",
  ".warnings{background:var(--warn-paper);border-color:var(--warn)}.warnings h2{color:var(--warn)}.warnings ul{margin:0;padding-left:20px}.warnings li{margin:4px 0}",
  ".charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(400px,100%),1fr));gap:18px;align-items:start}.charts .chart{width:100%;height:auto;max-width:560px}figure{margin:0;min-width:0}figcaption{font-size:13px;color:var(--muted);margin-top:6px}",
  ".scroll{overflow-x:auto;max-width:100%}.scroll .chart{display:block;max-width:none}",
  "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px;width:100%}th,td{text-align:right;padding:5px 10px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:normal}th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere;min-width:140px}thead th{color:var(--muted);font-weight:600;white-space:nowrap}td.text{text-align:left;overflow-wrap:anywhere;min-width:140px}th.text{text-align:left}tr.none td{color:var(--warn)}",
  ".pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:14px;margin:0;padding:0;list-style:none}.pictures li{border:1px solid var(--line);border-radius:8px;padding:10px;min-width:0}.pictures img,.pictures .blank{display:block;width:100%;max-width:150px;aspect-ratio:1;object-fit:contain;background:var(--page);border-radius:4px;margin-bottom:8px;image-rendering:auto}.pictures .said{font-weight:600}.pictures .path{font-size:12px;color:var(--muted)}",
  ".names{margin:0;padding-left:20px;font-size:14px}.names li{margin:3px 0}",
  "pre{margin:0;padding:14px;background:var(--code);border:1px solid var(--line);border-radius:8px;overflow:auto;max-height:620px;font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;overflow-wrap:normal;tab-size:2}code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:13px}",
  ".remark{color:var(--remark);font-style:italic}.string{color:var(--string)}.number{color:var(--number)}.word{color:var(--word);font-weight:600}",
  "footer{padding-bottom:36px;font-size:13px}",
  "@media (max-width:560px){body{font-size:14px}main,header,footer{padding-left:12px;padding-right:12px}section{padding:14px}h1{font-size:23px}.tiles{grid-template-columns:1fr 1fr;gap:10px}.tile{padding:12px}.tile .figure{font-size:25px}.pictures{grid-template-columns:1fr 1fr;gap:10px}th,td{padding:4px 7px}}",
  "@media print{body{background:none}section,.tile{break-inside:avoid}pre{max-height:none}}",
];

export const pageStyle = `${rules.join("\n")}\n${chartStyle}`;
