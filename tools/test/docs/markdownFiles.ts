import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = ['', 'docs', 'docs/adr', 'charts/nicdiag', 'emulator', 'examples'];

export interface MarkdownFile {
  /** Below the repository. */
  readonly path: string;
  readonly text: string;
}

/** Every page that people read. */
export function markdownFiles(): readonly MarkdownFile[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name))
      .map((path) => ({ path, text: readFileSync(ROOT + path, 'utf8') })),
  );
}

/** The fenced and indented code of a page; with the language where it is said. */
export function codeBlocks(text: string): readonly { readonly language: string; readonly code: string }[] {
  const fenced = [...text.matchAll(/^( *)```(\w*)\n(.*?)^ *```$/gms)].map(
    ([, indent = '', language = '', code = '']) => ({
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
  const rest = text.replaceAll(/^( *)```\w*\n.*?^ *```$/gms, '');
  const indented = [...rest.matchAll(/(?:^ {4}.*\n)+/gm)].map(([block]) => ({
    language: '',
    code: block.replaceAll(/^ {4}/gm, ''),
  }));
  return [...fenced, ...indented];
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const headings = text.replaceAll(/^ *```.*?^ *```$/gms, '').matchAll(/^#{1,6} +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) => {
      const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
      const anchor = plain
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-');
      const count = seen.get(anchor) ?? 0;
      seen.set(anchor, count + 1);
      return count === 0 ? anchor : `${anchor}-${count}`;
    }),
  );
}
