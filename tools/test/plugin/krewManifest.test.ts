import test from 'ava';
import { load } from 'js-yaml';
import { krewManifest } from '../../src/plugin/krewManifest.ts';

/** What Krew asks of a manifest.
 * @source https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest, kubernetes-sigs/krew internal/index/validation */
test('the manifest is what Krew takes', (t) => {
  const sha256 = 'a'.repeat(64);
  const archives = (['amd64', 'arm64'] as const).map((arch) => ({
    ...{ os: 'linux' as const, arch, file: `p-${arch}.tar.gz`, sha256 },
  }));
  const manifest = load(krewManifest('1.2.3', 'https://example.com/v1.2.3', archives)) as {
    readonly spec: Record<string, unknown> & { readonly platforms: readonly Record<string, unknown>[] };
  };
  t.like(manifest, {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'nicdiag' },
  });
  t.regex(String(manifest.spec['version']), /^v\d+\.\d+\.\d+$/);
  const { shortDescription } = manifest.spec;
  t.true(String(shortDescription).length <= 50, 'longer ones are cut in `kubectl krew search`');
  t.false(String(shortDescription).endsWith('.'));
  t.is(manifest.spec.platforms.length, 2);
  for (const platform of manifest.spec.platforms) {
    t.deepEqual(Object.keys(platform).sort(), ['bin', 'files', 'selector', 'sha256', 'uri']);
    t.regex(String(platform['sha256']), /^[a-f0-9]{64}$/);
    t.regex(String(platform['uri']), /^https:\/\/.*\.tar\.gz$/);
    t.true((platform['files'] as { from: string }[]).some(({ from }) => from === platform['bin']));
  }
});
