// Asks the browser for a passkey, or for a new one, and sends the answer with the form around it.

import { all, one } from "./dom.js";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));

function toText(buffer) {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const withBytes = (descriptors) => (descriptors ?? []).map((descriptor) => ({ ...descriptor, id: toBytes(descriptor.id) }));

const ceremonies = {
  async create(options) {
    const user = { ...options.user, id: toBytes(options.user.id) };
    const excludeCredentials = withBytes(options.excludeCredentials);
    const publicKey = { ...options, challenge: toBytes(options.challenge), user, excludeCredentials };
    const { response, ...made } = read(await navigator.credentials.create({ publicKey }));
    return {
      ...made,
      response: {
        attestationObject: toText(response.attestationObject),
        clientDataJSON: toText(response.clientDataJSON),
        transports: response.getTransports?.() ?? [],
      },
    };
  },
  async get(options) {
    const allowCredentials = withBytes(options.allowCredentials);
    const publicKey = { ...options, challenge: toBytes(options.challenge), allowCredentials };
    const { response, ...given } = read(await navigator.credentials.get({ publicKey }));
    return {
      ...given,
      response: {
        authenticatorData: toText(response.authenticatorData),
        clientDataJSON: toText(response.clientDataJSON),
        signature: toText(response.signature),
        userHandle: response.userHandle ? toText(response.userHandle) : null,
      },
    };
  },
};

const read = (credential) => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  extensions: JSON.stringify(credential.getClientExtensionResults()),
  response: credential.response,
});

async function run(form) {
  const status = one("[data-passkey-status]", form);
  const start = one("[data-passkey-start]", form);
  start.disabled = true;
  status.textContent = status.dataset.passkeyWaiting;
  try {
    const credential = await ceremonies[form.dataset.passkey](JSON.parse(form.dataset.passkeyOptions));
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch {
    status.textContent = status.dataset.passkeyFailed;
    start.disabled = false;
  }
}

/** A form with data-passkey="create" or "get" starts by itself; its button tries again. */
export function startPasskeys() {
  for (const form of all("form[data-passkey]")) {
    one("[data-passkey-start]", form).addEventListener("click", () => run(form));
    run(form);
  }
}
