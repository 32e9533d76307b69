/**
 * The page's style nonce. The portal's content security policy lets only scripts of its own
 * and styles with this nonce in; libraries that add style elements must carry it.
 */
export function nonce(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce === "" ? undefined : meta?.nonce;
}

interface Making {
  createElement: (name: string, options?: ElementCreationOptions) => HTMLElement;
}

/** The terminal adds style elements and knows of no nonce, so each one made gets it. */
export function stampStyles(value: string | undefined, page: Making = document): void {
  if (value === undefined) return;
  const create = page.createElement.bind(page);
  page.createElement = (name, options) => {
    const element = create(name, options);
    if (name.toLowerCase() === "style") element.nonce = value;
    return element;
  };
}
