const OPERATOR = '$';

/** Expands `$(NAME)` as Kubernetes does: `$$` is a dollar sign and so keeps what follows from being expanded, an unknown
 * name stays as it is.
 * @source k8s.io/kubernetes/third_party/forked/golang/expansion */
export function expandVariables(text: string, env: Readonly<Record<string, string>>): string {
  let expanded = '';
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1];
    if (text[at] !== OPERATOR || next === undefined) {
      expanded += text[at];
      continue;
    }
    const end = next === '(' ? text.indexOf(')', at + 2) : -1;
    if (end >= 0) {
      const name = text.slice(at + 2, end);
      expanded += env[name] ?? text.slice(at, end + 1);
      at = end;
    } else {
      expanded += next === OPERATOR ? OPERATOR : OPERATOR + next;
      at++;
    }
  }
  return expanded;
}
