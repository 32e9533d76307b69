/**
 * Answers that the first page is going to need, asked for while its scripts are still on their
 * way. Each is used once. One that refuses is not used: whoever signs in meanwhile asks anew.
 */
const answers = new Map<string, Promise<Response | undefined>>();

/** Asks for an address of the portal. */
export function askAhead(address: string): void {
  const asked = fetch(address).then(
    (answer) => (answer.ok ? answer : undefined),
    () => undefined,
  );
  answers.set(address, asked);
}

/** The good answer that was asked for ahead; `undefined`: it is to be asked for now. */
export function answeredAhead(address: string): Promise<Response | undefined> | undefined {
  const answer = answers.get(address);
  answers.delete(address);
  return answer;
}
