/** Addresses in a text: where they end. */

/** Code, and addresses that are marked as such already, are left alone. */
const LEFT_ALONE = /(```[\s\S]*?```|`[^`]*`|<[^>]*>|\]\([^)]*\))/;
/** A bare address right before a sign that no address has, such as Chinese. */
const RUN_INTO = /https?:\/\/[\x21-\x7e]+(?=[^\x00-\x7f])/g;

/** What ends a sentence or what stands round an address, but not the address. */
const AFTER = /[)\].,;:!?*_'"]*$/;

function marked(run: string): string {
  const address = run.replace(AFTER, "");
  return `<${address}>${run.slice(address.length)}`;
}

/**
 * Marks addresses that other writing follows without a space, as it does in Chinese: Markdown
 * would take all of it for the address.
 */
export function bounded(markdown: string): string {
  return markdown
    .split(LEFT_ALONE)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(RUN_INTO, marked)))
    .join("");
}
