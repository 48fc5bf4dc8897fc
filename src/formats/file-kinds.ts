/** The kinds of files that messages name, in words. */
export const fileKinds = {
  empty: "an empty file",
  "lfs-pointer": "a Git LFS pointer, the note that Git has in place of a large file",
  "web-page": "a web page",
  xml: "an XML text",
  json: "a JSON text",
  zip: "a ZIP archive",
  gzip: "a gzip archive",
  tar: "a tar archive",
  hdf5: "an HDF5 file, as Keras writes",
  numpy: "a NumPy array",
  tflite: "a TensorFlow Lite model",
  gguf: "a GGUF file",
  pdf: "a PDF document",
  picture: "a picture",
  program: "a program",
  text: "a text file",
} as const;

export type FileKind = keyof typeof fileKinds;
