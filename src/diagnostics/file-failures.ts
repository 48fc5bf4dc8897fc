/** The meaning of the operating system's error codes for writing a file. */
const writeFailures: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist, or accepts no new files",
  ESAMEPLACE: "another file of the same command would be written to the same place",
  ECHANGED: "something else has changed it since it was read",
  EEXIST: "a file or a broken link is in its place",
  ELOOP: "its symbolic links form a cycle",
  ENXIO: "it is a pipe that nobody reads from",
  EPIPE: "its reader has gone away",
  EBUSY: "it is in use",
  EIO: "the disk does not answer",
  EMFILE: "too many files are open",
  EFBIG: "it is larger than the system allows a file to be",
  ENOTDIR: "its folder is a file",
  EISDIR: "it is a folder",
  ENOTREG: "it is not a regular file (a pipe or a socket)",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "your quota is used up",
  ENAMETOOLONG: "its name is too long",
};

/** The same in words for any code; rare ones keep their name. */
export const writeFailure = (code: string): string => {
  const words = writeFailures[code];
  return words === undefined ? code : `${words} (${code})`;
};
