/** A word that could stand at the cursor. */
export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** What the shell is to do with them; they add up.
 * @source https://pkg.go.dev/github.com/spf13/cobra#ShellCompDirective */
export const DIRECTIVE = {
  /** Files, when there are no candidates. */
  files: 0,
  error: 1,
  noSpace: 2,
  noFiles: 4,
  directories: 16,
} as const;

export interface Found {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}
