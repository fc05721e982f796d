import { UsageError } from '../exitCodes.ts';
import type { LocalCommand } from './localCommand.ts';

/** `nicdiag cap [TYPE...]`: capability pages. */
export const capCommand: LocalCommand = {
  name: 'cap',
  description: 'read HCA capability pages (QUERY_HCA_CAP)',
  declare: (command) =>
    command
      .argument('[type...]', 'pages to print, e.g. GENERAL ROCE (default: all that the device offers)')
      .option('--max', 'the most that firmware would grant, not what is in force')
      .option('--both', 'both, one after the other')
      .option('--diff', 'where they differ, on one page'),
  async request(types, { max, both, diff }) {
    if ([max, both, diff].filter((given) => given === true).length > 1) {
      throw new UsageError('--max, --both and --diff exclude each other');
    }
    const mode = both === true || diff === true ? 'Both' : max === true ? 'Maximum' : 'Current';
    const wanted = new Set(types.map((type) => type.toUpperCase()));
    if (wanted.size > 0) await checkNames(wanted);
    return {
      spec: { name: 'cap', type: 'CapabilityDump', capabilityDump: { mode } },
      page: diff === true,
      ...(wanted.size === 0 ? {} : { shows: ({ name }) => wanted.has(name) }),
    };
  },
};

/** @throws UsageError for a name that no page has */
async function checkNames(wanted: Iterable<string>): Promise<void> {
  const { allCapabilityTypes, didYouMean } = await import('@nicdiag/mlx5/prm');
  // QUERY_ADAPTER's answer is shown with the pages.
  const names = [...allCapabilityTypes().map(({ name }) => name), 'QUERY_ADAPTER'];
  for (const name of wanted) {
    if (names.includes(name)) continue;
    const pages = names.filter((known) => !known.startsWith('RESERVED'));
    const hint = didYouMean(name, pages) ?? `there are ${pages.join(', ')}`;
    throw new UsageError(`there is no capability page ${name}; ${hint}`);
  }
}
