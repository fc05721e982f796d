/** Names a capture by its UID without asking anybody; undefined for one that is not known. */
export type CaptureNames = (uid: string) => { readonly namespace: string; readonly name: string } | undefined;

/** What a request is about, as fields of a log line: the same names as in all of nicdiag's logs.
 * @param params of its path, as they were sent */
export function subjectOf(
  params: Readonly<Record<string, string>>,
  captureNames: CaptureNames,
): Readonly<Record<string, string>> {
  const { uid, node, pciAddress, namespace, name } = params;
  const known = uid === undefined ? { namespace, name } : captureNames(uid);
  return {
    ...(known?.namespace !== undefined && { capture: `${known.namespace}/${known.name}` }),
    ...(uid !== undefined && { captureUid: uid }),
    ...(node !== undefined && { node }),
    ...(pciAddress !== undefined && { device: pciAddress }),
  };
}
