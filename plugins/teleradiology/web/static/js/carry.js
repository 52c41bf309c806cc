// A chosen file goes to the server as Base64 in an ordinary form, because Orthanc keeps multipart forms for itself.

function read(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}

async function carry(event) {
  const input = event.target.closest("input[type=file][data-carried-by]");
  if (!input) return;
  const hidden = document.getElementById(input.dataset.carriedBy);
  const buttons = input.form.querySelectorAll("button");
  hidden.value = "";
  buttons.forEach((button) => { button.disabled = true; });
  try {
    if (input.files.length) hidden.value = await read(input.files[0]);
  } catch {
    input.value = ""; // it went away meanwhile: nothing is chosen
  } finally {
    buttons.forEach((button) => { button.disabled = false; });
  }
}

/** Listen for files being chosen. */
export function start() {
  document.addEventListener("change", carry);
}
