import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../digest.ts';
import { canonicalJson } from '../manifest/canonicalJson.ts';
import { type CaptureIdentity, parseCaptureIdentity } from '../manifest/deviceManifest.ts';
import { fieldsOf } from '../manifest/fields.ts';
import { isName } from '../manifest/rules.ts';
import type { SealRevision } from '../protocol/messages.ts';
import { syncDirectory } from '../syncDirectory.ts';
import type { StoredBlob } from './blobStore.ts';
import type { CaptureLedger, ManifestRecord, NodeRecord } from './captureLedger.ts';
import { type LedgerLine, parseLedgerLine, referenceOf } from './ledgerLine.ts';

/** The ledger on a file system, append only:
 *
 *     captures/<UID>/capture.json
 *     captures/<UID>/nodes/<node>            blobs and device manifests, as they came
 *     captures/<UID>/seal                    revisions of the seal
 *     removed/<UID>                          being deleted
 *
 * Lines of JSON; node names may have 253 characters and file names 255, so there is no suffix. A line begins with its
 * newline: what a power cut left of a line cannot spoil the next one. Readers skip it, and its writer was never told
 * that it is there. */
export async function createFilesystemLedger(root: string): Promise<CaptureLedger> {
  const captures = join(root, 'captures');
  const removed = join(root, 'removed');
  await mkdir(captures, { recursive: true });
  await rm(removed, { recursive: true, force: true });
  await mkdir(removed);

  const folder = (captureUid: string) => join(captures, checked('uid', captureUid));
  const nodeFile = (captureUid: string, node: string) => join(folder(captureUid), 'nodes', checked('node', node));
  const sealFile = (captureUid: string) => join(folder(captureUid), 'seal');

  const ledger: CaptureLedger = {
    async captures() {
      const found: CaptureIdentity[] = [];
      for (const uid of await readdir(captures)) {
        const text = await readIfThere(join(captures, uid, 'capture.json'));
        // Without its file a capture was never acknowledged to anyone; the next upload makes it whole.
        if (text !== undefined) found.push(parseCaptureIdentity(fieldsOf(JSON.parse(text), 'capture.json')));
      }
      return found;
    },
    async open(capture) {
      const path = join(folder(capture.uid), 'capture.json');
      if ((await readIfThere(path)) !== undefined) return;
      await mkdir(join(folder(capture.uid), 'nodes'), { recursive: true });
      await writeDurably(path, canonicalJson(capture));
      await syncDirectory(folder(capture.uid));
      await syncDirectory(captures);
    },
    async nodes(captureUid) {
      const names = await readdir(join(folder(captureUid), 'nodes')).catch(ifMissing<string[]>([]));
      return names.sort();
    },
    async node(captureUid, node) {
      const blobs = new Map<Digest, StoredBlob>();
      const manifests = new Map<string, ManifestRecord>();
      for (const line of await readLines(nodeFile(captureUid, node))) {
        if ('blob' in line) blobs.set(line.blob.digest, line.blob);
        if ('manifest' in line) manifests.set(line.manifest.pciAddress, line.manifest);
      }
      return { blobs, manifests } satisfies NodeRecord;
    },
    recordBlob: (captureUid, node, blob) => append(nodeFile(captureUid, node), { blob }),
    recordManifest: (captureUid, node, manifest) => append(nodeFile(captureUid, node), { manifest }),
    async revisions(captureUid) {
      const lines = await readLines(sealFile(captureUid));
      return lines.flatMap((line): SealRevision[] => ('seal' in line ? [line.seal] : []));
    },
    recordRevision: (captureUid, seal) => append(sealFile(captureUid), { seal }),
    async *references(captureUid) {
      const files = (await ledger.nodes(captureUid)).map((node) => nodeFile(captureUid, node));
      for (const file of [...files, sealFile(captureUid)]) {
        for (const line of await readLines(file)) yield referenceOf(line);
      }
    },
    async refersTo(captureUid, digest) {
      for await (const reference of ledger.references(captureUid)) if (reference.digest === digest) return true;
      return false;
    },
    // A look at the blob's file is quicker than reading what was filed.
    knownSize: () => Promise.resolve(undefined),
    async remove(captureUid) {
      const target = join(removed, checked('uid', captureUid));
      await rename(folder(captureUid), target).catch(ifMissing(undefined));
      await syncDirectory(captures);
      await rm(target, { recursive: true, force: true });
    },
  };
  return ledger;
}

function checked(kind: 'uid' | 'node', value: string): string {
  if (!isName(kind, value)) throw new TypeError(`${JSON.stringify(value)} cannot be a ${kind}`);
  return value;
}

async function append(path: string, line: LedgerLine): Promise<void> {
  await using file = await open(path, 'a', 0o600);
  const isNew = (await file.stat()).size === 0;
  await file.writeFile(`\n${JSON.stringify(line)}`);
  await file.datasync();
  if (isNew) await syncDirectory(join(path, '..'));
}

async function readLines(path: string): Promise<LedgerLine[]> {
  const text = (await readIfThere(path)) ?? '';
  return text.split('\n').flatMap((line) => parseLedgerLine(line) ?? []);
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  // A name of its own: several nodes may bring the first blobs of a capture at the same moment.
  const partial = `${path}.${randomUUID()}`;
  await using file = await open(partial, 'w', 0o600);
  await file.writeFile(bytes);
  await file.datasync();
  await rename(partial, path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ifMissing(undefined));
}

function ifMissing<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value;
    throw error;
  };
}
