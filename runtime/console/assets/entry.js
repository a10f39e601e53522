// Passkeys, and seeing what one types. Signing in by password needs none of this.
const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function send(path, data) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-Csrf-Token": token() },
    body: JSON.stringify(data),
  });
  const told = await answer.json();
  // Who has been signed in for long shows once more who they are, and comes back to this page.
  if (answer.status === 403 && path.startsWith("/console/account")) {
    return new Promise(() => location.assign(`/console/enter/again?next=${encodeURIComponent(location.pathname)}`));
  }
  if (!answer.ok) throw new Error(told.message);
  return told;
}

const listed = (credentials = []) => credentials.map((each) => ({ ...each, id: bytes(each.id) }));

async function show(next) {
  const asked = await send("/console/enter/passkey/ask", {});
  const found = await navigator.credentials.get({
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  const response = {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  };
  return send("/console/enter/passkey", { credential: whole(found, response), next });
}

async function make(name) {
  const asked = await send("/console/account/passkeys/ask", {});
  const made = await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: listed(asked.excludeCredentials),
    },
  });
  const { clientDataJSON, attestationObject } = made.response;
  const response = {
    clientDataJSON: text(clientDataJSON),
    attestationObject: text(attestationObject),
    transports: made.response.getTransports?.() ?? [],
  };
  return send("/console/account/passkeys", { credential: whole(made, response), name });
}

const whole = (found, response) => ({
  id: found.id,
  rawId: text(found.rawId),
  type: found.type,
  authenticatorAttachment: found.authenticatorAttachment ?? null,
  clientExtensionResults: {},
  response,
});

async function attempt(part, work) {
  const problem = part.querySelector("[data-problem]");
  const usual = (problem.dataset.usual ??= problem.lastElementChild.textContent);
  problem.hidden = true;
  try {
    const { next } = await work();
    location.assign(part.dataset.next || next);
  } catch (error) {
    // What the browser itself says (closed, no passkey here) is in its own words: ours are clearer.
    problem.lastElementChild.textContent = error instanceof DOMException || !error.message ? usual : error.message;
    problem.hidden = false;
  }
}

for (const part of document.querySelectorAll("[data-passkey]")) {
  part.hidden = !window.PublicKeyCredential;
  part.querySelector("button").addEventListener("click", () => attempt(part, () => show(part.dataset.passkey)));
}
for (const part of document.querySelectorAll("[data-new-passkey]")) {
  part.hidden = !window.PublicKeyCredential;
  part.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(part, () => make(part.elements.name.value));
  });
}
for (const button of document.querySelectorAll("[data-reveal]")) {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
}
