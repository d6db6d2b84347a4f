// Passkeys: forms with data-passkey="create" or "get" ask the browser before they are sent.

const options = async (form) => {
  if (form.dataset.from) {
    const answer = await fetch(form.dataset.from, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    return (await answer.json()).request_options.publicKey;
  }
  const told = JSON.parse(document.getElementById("passkey-options").textContent);
  return (told.creation_options || told.request_options).publicKey;
};

const made = async (form) => {
  const asked = await options(form);
  if (form.dataset.passkey === "get") {
    return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
  }
  if (form.elements.passwordless?.checked) {
    Object.assign(asked.authenticatorSelection, {
      residentKey: "required", requireResidentKey: true, userVerification: "required",
    });
  }
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector("[data-said]");
    said.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify((await made(form)).toJSON());
      form.submit();
    } catch {
      said.hidden = false; // cancelled, or this browser has no passkeys
    }
  });
}
