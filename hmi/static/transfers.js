// Uploads: the file as the body of one request, with its progress; the page goes on where the answer says.
"use strict";
const transfers = {
  send(input, file) {
    const drop = input.closest(".dropzone");
    const [bar, said, problem] = ["progress", ".said", ".problem"].map((one) => drop.querySelector(one));
    const limit = Number(input.dataset.most);
    problem.textContent = "";
    if (file.size > limit) {
      problem.textContent = input.dataset.tooBig;
      return;
    }
    const request = new XMLHttpRequest();
    request.open("POST", input.dataset.upload);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name.slice(-100)));
    request.upload.onprogress = (event) => {
      bar.hidden = false;
      bar.value = event.loaded / Math.max(event.total, 1);
      said.textContent = event.loaded < event.total ? input.dataset.uploading : input.dataset.reading;
    };
    request.onloadend = () => {
      bar.hidden = true;
      said.textContent = "";
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {}
      if (request.status === 200 && answer.go) window.location.href = answer.go;
      else problem.textContent = answer.problem || `${request.status} ${request.statusText}`;
      input.value = "";
    };
    request.send(file);
  },
};
document.addEventListener("change", (event) => {
  const input = event.target.closest("input[data-upload]");
  if (input && input.files.length) transfers.send(input, input.files[0]);
});
for (const kind of ["dragover", "dragleave", "drop"])
  document.addEventListener(kind, (event) => {
    const drop = event.target.closest && event.target.closest(".dropzone");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length)
      transfers.send(drop.querySelector("input[data-upload]"), event.dataTransfer.files[0]);
  });
