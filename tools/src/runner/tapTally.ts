/** What a run of tests came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface TapTally {
  readonly counts: Counts;
  /** Titles of the tests that failed. */
  readonly failures: readonly string[];
  /** Takes the next line of a TAP stream.
   * @returns what a person should read of it, undefined for what is for programs only */
  line(text: string): string | undefined;
}

const RESULT = /^(not )?ok \d+(?: - (.*?))?(?: # (SKIP|TODO)\b.*)?$/;

/** Counts a stream of the Test Anything Protocol, version 13, as ava and Node write it. Details of failures come in full. */
export function createTapTally(): TapTally {
  let [passed, failed, skipped] = [0, 0, 0];
  const failures: string[] = [];
  return {
    get counts() {
      return { passed, failed, skipped };
    },
    failures,
    line(text) {
      const result = RESULT.exec(text);
      if (result === null) return isFraming(text) ? undefined : text;
      const [, not, title = '', directive] = result;
      if (directive !== undefined) {
        skipped++;
        return `  - ${title} (${directive.toLowerCase()})`;
      }
      if (not === undefined) {
        passed++;
        return `  ✔ ${title}`;
      }
      failed++;
      failures.push(title);
      return `  ✖ ${title}`;
    },
  };
}

/** Version, plan, sums, the names of ava's hooks, and what Node says of every test. */
function isFraming(text: string): boolean {
  return (
    text === '' ||
    /^(TAP version \d+|\d+\.\.\d+|# (tests|suites|pass|skip(ped)?|todo|fail|cancelled|duration_ms) [\d.]+)$/.test(
      text,
    ) ||
    /^(# .* hook( for .*)?|# Subtest: .*|\s*(---|\.\.\.)| {2}(duration_ms: [\d.]+|type: 'test'))$/.test(text)
  );
}

export function addCounts(left: Counts, right: Counts): Counts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}

/** The closing line: `N passed, N failed`, and `, N skipped` if any. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
