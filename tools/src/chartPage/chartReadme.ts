import { readFileSync } from 'node:fs';
import { CHART } from '../stack/paths.ts';
import { readValues, valuesPage } from './valuesPage.ts';

const BEGIN = '<!-- made from values.yaml by "make generate" -->';
const END = '<!-- end -->';

export const CHART_README = `${CHART}/README.md`;

/** The chart's README with its values as values.yaml has them now; the rest of it stays.
 * @throws Error when the README has no place for them */
export function chartReadme(): string {
  const readme = readFileSync(CHART_README, 'utf8');
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${CHART_README} must have the lines ${BEGIN} and ${END}`);
  const values = valuesPage(readValues(readFileSync(`${CHART}/values.yaml`, 'utf8')));
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${values}\n${readme.slice(end)}`;
}
