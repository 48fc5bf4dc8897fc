/** Pictures from files and from the camera, as RGB pixels: { width, height, pixels }. */

/** As lferc refuses larger ones. */
const pixelLimit = 100_000_000;

/** The pixels of a part of what a canvas can draw. */
function pixelsOf(source, left, top, width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  // A canvas forgets the colour below what is see-through.
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(source, left, top, width, height, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    pixels[to] = data[from];
    pixels[to + 1] = data[from + 1];
    pixels[to + 2] = data[from + 2];
  }
  return { width, height, pixels };
}

/** The picture of a file, as it is meant to stand (EXIF), with its own numbers (no colour profile), as lferc reads it. */
export async function decodePicture(file) {
  const name = file.name ?? "This";
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: "none" });
  } catch {
    throw new Error(`${name} is no picture that this browser can read. Choose a PNG, JPEG, WebP or GIF file.`);
  }
  const { width, height } = bitmap;
  if (width * height > pixelLimit) throw new Error(`${name} has ${width} x ${height} pixels: that is too large.`);
  const picture = pixelsOf(bitmap, 0, 0, width, height);
  bitmap.close();
  return picture;
}

/** What the camera shows now: the square in the middle, as the page shows it. */
export function frameOf(video) {
  const side = Math.min(video.videoWidth, video.videoHeight);
  const [left, top] = [(video.videoWidth - side) / 2, (video.videoHeight - side) / 2];
  return pixelsOf(video, left, top, side, side);
}

/** Opens the camera in a video element; gives what closes it. */
export async function openCamera(video) {
  if (navigator.mediaDevices === undefined) {
    throw new Error("This browser gives pages the camera over HTTPS or from localhost only. Choose a file instead.");
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
  } catch (error) {
    const reasons = {
      NotAllowedError: "The camera was refused. Allow it for this page in the browser's settings, or choose a file.",
      NotFoundError: "No camera was found. Choose a file instead.",
      NotReadableError: "Another program has the camera. Close it there, or choose a file.",
    };
    throw new Error(reasons[error.name] ?? `The camera does not open: ${error.message}`);
  }
  video.srcObject = stream;
  await video.play();
  return () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}

/** Draws pixels on a canvas, which takes their size. */
export function draw(canvas, { width, height, pixels }) {
  Object.assign(canvas, { width, height });
  const data = new ImageData(width, height);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    data.data.set([pixels[from], pixels[from + 1], pixels[from + 2], 255], to);
  }
  canvas.getContext("2d").putImageData(data, 0, 0);
}
