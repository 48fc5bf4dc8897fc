/** `1,262,920`: an exact integer in groups of three. */
export function grouped(value: number): string {
  const digits = String(Math.abs(value));
  if (!/^\d+$/.test(digits)) return String(value);
  const groups = digits.replace(/\B(?=(\d{3})+$)/g, ",");
  return value < 0 ? `-${groups}` : groups;
}

const scales = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** `1.26M`: at most three figures and a suffix, for reading; small integers stay exact. */
export function short(value: number): string {
  for (const [scale, suffix] of scales) {
    if (Math.abs(value) < scale * 0.9995) continue;
    const scaled = value / scale;
    return `${scaled.toFixed(Math.abs(scaled) < 9.995 ? 2 : Math.abs(scaled) < 99.95 ? 1 : 0)}${suffix}`;
  }
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/** As the LFER-LDL paper prints its figures: millions, truncated to two decimals (1,262,920 is 1.26M). */
export function asPaper(value: number): string {
  const hundredths = Math.trunc(value / 1e4);
  return `${Math.trunc(hundredths / 100)}.${String(Math.abs(hundredths) % 100).padStart(2, "0")}M`;
}

/** `+6,976`, `-12`, `0`: a difference. */
export function signed(value: number): string {
  return value > 0 ? `+${grouped(value)}` : grouped(value);
}

/** `+0.54%`: the change relative to `before`; empty if that is undefined. */
export function percentText(before: number | null, after: number | null): string {
  if (before === null || after === null || before === 0 || before === after) return "";
  const percent = (100 * (after - before)) / before;
  const digits = Math.abs(percent).toFixed(2);
  const sign = percent > 0 ? "+" : "-";
  return digits === "0.00" ? `${sign}<0.01%` : `${sign}${digits}%`;
}

/** `3.06 MiB`. */
export function byteText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(2)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(2)} GiB`;
}

/** `1:02:03`, `2:03`, `45 s`, `0.4 s`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
