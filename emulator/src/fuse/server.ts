import { errno } from '../system/errno.ts';
import { writeAttributes } from './attributes.ts';
import { createConnection, MAX_WRITE, type Unique } from './connection.ts';
import { createDeviceCalls } from './deviceCalls.ts';
import { type DirectoryEntry, listDirectory, writeDirectoryEntries } from './directoryEntries.ts';
import { createHeldCalls } from './heldCalls.ts';
import { createOpenFiles } from './openFiles.ts';
import * as protocol from './protocol.ts';
import { createRequestServer, type Handler, ok, type RequestServer } from './requestServer.ts';
import { lookup, type OpenDevice, type Tree, type TreeNode } from './tree.ts';

const { opcode } = protocol;
const O_ACCMODE = 3;
const textDecoder = new TextDecoder();
const textEncoder = new TextEncoder();

type OpenFile =
  | { readonly kind: 'device'; readonly device: OpenDevice }
  | { readonly kind: 'directory'; readonly entries: readonly DirectoryEntry[] }
  | { readonly kind: 'text'; readonly read: () => string; content: Uint8Array };

export interface FuseServer extends RequestServer {
  /** True once the kernel's INIT has been answered. */
  readonly initialised: boolean;
}

/** Serves one tree on one FUSE connection. */
export function createFuseServer(fd: number, tree: Tree): FuseServer {
  const connection = createConnection(fd);
  const { request, requestBytes, body, bodyBytes } = connection;
  const files = createOpenFiles<OpenFile>(connection);
  const held = createHeldCalls(connection);
  const bornSeconds = Math.floor(Date.now() / 1000);
  const calls = createDeviceCalls(connection, held);
  let initialised = false;

  function entry(node: TreeNode | number): number {
    if (typeof node === 'number') return node;
    bodyBytes.fill(0, 0, protocol.ENTRY_OUT_SIZE);
    // Time-outs stay 0: with longer ones the kernel would go on showing a removed device.
    body.setUint32(0, node.id, true);
    writeAttributes(body, 40, node, bornSeconds);
    return ok(protocol.ENTRY_OUT_SIZE);
  }

  function attributes(nodeId: number): number {
    const node = tree.node(nodeId);
    if (node === undefined) return errno.ENOENT;
    bodyBytes.fill(0, 0, protocol.ATTR_OUT_SIZE);
    writeAttributes(body, 16, node, bornSeconds);
    return ok(protocol.ATTR_OUT_SIZE);
  }

  function openReply(file: OpenFile): number {
    return files.open(file, file.kind === 'directory' ? 0 : protocol.FOPEN_DIRECT_IO);
  }

  function open(nodeId: number): number {
    const node = tree.node(nodeId);
    if (node === undefined) return errno.ENOENT;
    if (node.kind === 'text') {
      // kernfs refuses to open an attribute without a store function for writing, even for root.
      if ((request.getUint32(protocol.IN_HEADER_SIZE, true) & O_ACCMODE) !== 0) return errno.EACCES;
      return openReply({ kind: 'text', read: node.read, content: new Uint8Array(0) });
    }
    if (node.kind !== 'device') return errno.EISDIR;
    const device = node.open(calls.caller());
    return typeof device === 'number' ? device : openReply({ kind: 'device', device });
  }

  function openDirectory(nodeId: number): number {
    const node = tree.node(nodeId);
    if (node === undefined) return errno.ENOENT;
    if (node.kind !== 'directory') return errno.ENOTDIR;
    return openReply({ kind: 'directory', entries: listDirectory(node) });
  }

  function release(): number {
    const file = files.close();
    if (file?.kind === 'device') file.device.release();
    return ok(0);
  }

  function readFile(): number {
    const file = files.current();
    const offset = request.getUint32(protocol.IN_HEADER_SIZE + 8, true);
    const size = Math.min(request.getUint32(protocol.IN_HEADER_SIZE + 16, true), MAX_WRITE);
    if (file?.kind !== 'text') return errno.EINVAL;
    if (offset === 0) file.content = textEncoder.encode(file.read());
    const part = file.content.subarray(offset, offset + size);
    bodyBytes.set(part);
    return ok(part.length);
  }

  function readDirectory(): number {
    const file = files.current();
    const offset = request.getUint32(protocol.IN_HEADER_SIZE + 8, true);
    const size = Math.min(request.getUint32(protocol.IN_HEADER_SIZE + 16, true), MAX_WRITE);
    if (file?.kind !== 'directory') return errno.ENOTDIR;
    return ok(writeDirectoryEntries(bodyBytes, file.entries, offset, size));
  }

  function readLink(nodeId: number): number {
    const node = tree.node(nodeId);
    if (node?.kind !== 'symlink') return node === undefined ? errno.ENOENT : errno.EINVAL;
    return ok(textEncoder.encodeInto(node.target, bodyBytes).written);
  }

  function setAttributes(nodeId: number): number {
    const node = tree.node(nodeId);
    if (node === undefined) return errno.ENOENT;
    const base = protocol.IN_HEADER_SIZE;
    const valid = request.getUint32(base, true);
    if (valid & protocol.setattrValid.MODE) node.mode = request.getUint32(base + 68, true) & 0o7777;
    if (valid & protocol.setattrValid.UID) node.uid = request.getUint32(base + 76, true);
    if (valid & protocol.setattrValid.GID) node.gid = request.getUint32(base + 80, true);
    return attributes(nodeId);
  }

  function initialise(): number {
    bodyBytes.fill(0, 0, protocol.INIT_OUT_SIZE);
    body.setUint32(0, protocol.KERNEL_VERSION, true);
    body.setUint32(4, protocol.KERNEL_MINOR_VERSION, true);
    body.setUint32(8, request.getUint32(protocol.IN_HEADER_SIZE + 8, true), true);
    body.setUint16(16, 12, true);
    body.setUint16(18, 9, true);
    body.setUint32(20, MAX_WRITE, true);
    initialised = true;
    return ok(protocol.INIT_OUT_SIZE);
  }

  function ioctl(length: number, unique: Unique): number | undefined {
    const file = files.current();
    if (file?.kind !== 'device') return errno.ENOTTY;
    calls.load(length);
    return calls.execute(file.device, unique);
  }

  const refuseChange: Handler = () => errno.EPERM;
  const noReply: Handler = () => undefined;
  const handlers = new Map<number, Handler>([
    [opcode.IOCTL, (_node, length, unique) => ioctl(length, unique)],
    [opcode.LOOKUP, (nodeId, length) => entry(lookup(tree.node(nodeId), nameAt(requestBytes, length)))],
    [opcode.GETATTR, attributes],
    [opcode.SETATTR, setAttributes],
    [opcode.READLINK, readLink],
    [opcode.OPEN, open],
    [opcode.READ, readFile],
    [opcode.RELEASE, release],
    [opcode.OPENDIR, openDirectory],
    [opcode.READDIR, readDirectory],
    [opcode.RELEASEDIR, release],
    [opcode.INIT, initialise],
    [
      opcode.STATFS,
      () => {
        bodyBytes.fill(0, 0, protocol.STATFS_OUT_SIZE);
        body.setUint32(40, 4096, true);
        body.setUint32(44, 255, true);
        return ok(protocol.STATFS_OUT_SIZE);
      },
    ],
    // Neither sysfs nor a device of this host can be made or taken away by a client.
    ...[opcode.MKNOD, opcode.MKDIR, opcode.UNLINK, opcode.RMDIR, opcode.RENAME].map(
      (op) => [op, refuseChange] as const,
    ),
    ...[opcode.RENAME2, opcode.LINK, opcode.SYMLINK, opcode.CREATE].map((op) => [op, refuseChange] as const),
    [opcode.WRITE, () => errno.EINVAL],
    // A driver that waits for firmware cannot be interrupted, so INTERRUPT leaves the call where it is.
    ...[opcode.FORGET, opcode.BATCH_FORGET, opcode.INTERRUPT, opcode.DESTROY].map((op) => [op, noReply] as const),
  ]);

  return {
    ...createRequestServer(fd, connection, held, handlers),
    get initialised() {
      return initialised;
    },
  };
}

function nameAt(bytes: Uint8Array, length: number): string {
  return textDecoder.decode(bytes.subarray(protocol.IN_HEADER_SIZE, length - 1));
}
