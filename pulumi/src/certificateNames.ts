import type { ChartValues } from './generated/chartValues.ts';

/** The Service's names, then those of the URL and further ones; each once. */
export function certificateNames({ url, tls }: ChartValues['artifacts'], service: readonly string[]): string[] {
  const host = url === '' ? [] : [new URL(url).hostname.replace(/^\[|\]$/g, '')];
  return [...new Set([...service, ...host, ...tls.extraNames])];
}
