/** Numbers and sizes of the FUSE kernel protocol (include/uapi/linux/fuse.h, 7.31). All fields are in host order,
 * which is little endian on every machine this runs on. */
export const opcode = {
  LOOKUP: 1,
  FORGET: 2,
  GETATTR: 3,
  SETATTR: 4,
  READLINK: 5,
  MKNOD: 8,
  MKDIR: 9,
  UNLINK: 10,
  RMDIR: 11,
  RENAME: 12,
  LINK: 13,
  SYMLINK: 6,
  OPEN: 14,
  READ: 15,
  WRITE: 16,
  STATFS: 17,
  RELEASE: 18,
  INIT: 26,
  OPENDIR: 27,
  READDIR: 28,
  RELEASEDIR: 29,
  CREATE: 35,
  INTERRUPT: 36,
  DESTROY: 38,
  IOCTL: 39,
  BATCH_FORGET: 42,
  RENAME2: 45,
  CUSE_INIT: 4096,
} as const;

export const KERNEL_VERSION = 7;
export const KERNEL_MINOR_VERSION = 31;

export const IN_HEADER_SIZE = 40;
export const OUT_HEADER_SIZE = 16;
export const ATTR_SIZE = 88;
export const INIT_OUT_SIZE = 64;
export const OPEN_OUT_SIZE = 16;
export const STATFS_OUT_SIZE = 80;
export const IOCTL_IN_SIZE = 32;
export const IOCTL_OUT_SIZE = 16;
export const ENTRY_OUT_SIZE = 40 + ATTR_SIZE;
export const ATTR_OUT_SIZE = 16 + ATTR_SIZE;

/** Node id of the mount's root directory. */
export const ROOT_ID = 1;

export const FOPEN_DIRECT_IO = 1;
export const IOCTL_COMPAT = 1;
/** Of an answer, by CUSE only: the kernel shall ask again, with the caller's memory that the answer names. */
export const IOCTL_RETRY = 4;
/** struct fuse_ioctl_iovec. */
export const IOCTL_IOVEC_SIZE = 16;

export const CUSE_INIT_OUT_SIZE = 72;
/** Every ioctl number is passed on, and the server says which memory it is about. */
export const CUSE_UNRESTRICTED_IOCTL = 1;

/** Bits of fuse_setattr_in.valid that can be honoured here. */
export const setattrValid = { MODE: 1, UID: 2, GID: 4 } as const;

export const fileType = { CHARACTER: 0o020000, DIRECTORY: 0o040000, REGULAR: 0o100000, SYMLINK: 0o120000 } as const;
