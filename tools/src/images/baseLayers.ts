import { packageFile } from '../plugin/packageFile.ts';
import { readDebianLock } from './debian/debianLock.ts';
import { debianEntries } from './debian/debianPackages.ts';
import { type Layer, packLayer } from './layer.ts';
import type { Platform } from './platform.ts';
import { file, type TreeEntry } from './treeEntry.ts';

/** Users by name, for people who look into a container: root and the one as which most programs run. */
const USERS: readonly TreeEntry[] = [
  file('etc/passwd', 'root:x:0:0:root:/root:/usr/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/usr/sbin/nologin\n'),
  file('etc/group', 'root:x:0:\nnonroot:x:65532:\n'),
  file('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
];

/** The layers that both images share: the C library, and Node. Their files have the time of the Debian packages' lock, so
 * that a new version of nicdiag leaves these layers, nearly all of an image, as nodes have them already. */
export async function baseLayers(platform: Platform): Promise<Layer[]> {
  const epoch = Date.parse(readDebianLock().date) / 1000;
  const base = [...(await debianEntries(platform.architecture)), ...USERS];
  const node = `node-linux-${platform.node}`;
  return [
    await packLayer('Debian: C and C++ library', base, epoch),
    await packLayer(
      'Node',
      [
        file('usr/bin/node', packageFile(node, 'bin/node'), 0o755),
        file('usr/share/doc/nodejs/LICENSE', packageFile(node, 'LICENSE')),
      ],
      epoch,
    ),
  ];
}
