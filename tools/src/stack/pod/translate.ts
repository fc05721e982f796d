/** Where on this machine is what a program would find in its Pod. */
export interface PodPlace {
  /** Directories behind mount paths. */
  readonly mounts: ReadonlyArray<{ readonly mountPath: string; readonly directory: string }>;
  /** Container port → the address and port that stand for it here: several Pods share one address. */
  readonly ports: ReadonlyMap<number, { readonly host: string; readonly port: number }>;
  /** `https://name.namespace.svc:port` of Services → what stands for it here. */
  readonly services: ReadonlyMap<string, string>;
  readonly env: Readonly<Record<string, string>>;
}

/** Turns a container's arguments into those of a process on this machine: `$(VARIABLE)`s are filled in, as the kubelet
 * does; paths lead to the volumes' directories; listeners and Services have their addresses here. Everything else stays
 * as it is in the Pod. */
export function translateArgs(args: readonly string[], place: PodPlace): string[] {
  return args.map((arg) => {
    const expanded = expandVariables(arg, place.env);
    const [, flag = '', value = expanded] = /^(--[\w-]+=)(.*)$/s.exec(expanded) ?? [];
    return flag + translateValue(value, place);
  });
}

function translateValue(value: string, place: PodPlace): string {
  if (value.startsWith('/')) return translatePath(value, place) ?? value;
  const listen = /^(?:\[?[\w.:]*\]?)?:(\d+)$/.exec(value);
  const port = listen && place.ports.get(Number(listen[1]));
  if (port) return `${port.host}:${port.port}`;
  for (const [service, here] of place.services)
    if (value === service || value.startsWith(`${service}/`)) return here + value.slice(service.length);
  return value;
}

/** The directory or file behind a path of the container. A directory that only holds mount points, such as /host with
 * /host/dev and /host/sys in it, is the one in which all of them lie under the same names.
 * @returns undefined for a path of the image, or when the mounts below lie apart */
export function translatePath(path: string, { mounts }: Pick<PodPlace, 'mounts'>): string | undefined {
  const covering = mounts
    .filter(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`))
    .sort((a, b) => b.mountPath.length - a.mountPath.length)[0];
  if (covering !== undefined) return covering.directory + path.slice(covering.mountPath.length);
  const parents = mounts
    .filter(({ mountPath }) => mountPath.startsWith(`${path}/`))
    .map(({ mountPath, directory }) => {
      const below = mountPath.slice(path.length);
      return directory.endsWith(below) ? directory.slice(0, -below.length) : undefined;
    });
  const [first] = parents;
  return parents.every((parent) => parent === first) ? first : undefined;
}

/** `$(NAME)` as Kubernetes expands it: `$$(NAME)` stays as `$(NAME)`, an unknown name stays as it is.
 * @source https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ */
export function expandVariables(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$?\$\(([\w.-]+)\)/g, (whole, name: string) =>
    whole.startsWith('$$') ? whole.slice(1) : (env[name] ?? whole),
  );
}
