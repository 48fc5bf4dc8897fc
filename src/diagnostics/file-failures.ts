/** What the operating system's codes mean to somebody who wants to write a file. */
export const writeFailures: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist",
  ENOTDIR: "its folder is a file",
  EISDIR: "it is a folder",
  ENOTREG: "it is no regular file (a pipe or a socket)",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "your quota is used up",
  ENAMETOOLONG: "its name is too long",
};
