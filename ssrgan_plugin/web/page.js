// Painting over a picture: red where pixels are lost, blue where they are known. What was painted, and with which brush,
// stays while the page is open and the picture is in it, and goes with a request as PNG.
window.ssrgan = {
  layers: {},  // by upload: another picture of that name is none of its
  pen: 'lost',
  size: 16,

  // What is painted lies beside the canvases that show it: Gradio makes two of each, and shows one.
  layer(canvas) {
    const { upload } = canvas.dataset, { width, height } = canvas, old = this.layers[upload];
    if (old && old.canvas.width === width && old.canvas.height === height) return old;
    return this.layers[upload] = { canvas: Object.assign(document.createElement('canvas'), { width, height }), undo: [] };
  },

  show(canvas, layer) {
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(layer.canvas, 0, 0);
  },

  start(image) {
    const canvas = image.nextElementSibling;
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    this.show(canvas, this.layer(canvas));
    const tools = canvas.closest('.painter').querySelector('.tools');
    tools.querySelector(`[name=pen][value=${this.pen}]`).checked = true;
    tools.querySelector('[name=size]').value = this.size;
    tools.onchange = (event) => { this[event.target.name] = event.target.value; };
    let at = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
    };
    canvas.onpointerdown = (event) => {
      event.preventDefault();
      canvas.focus();
      canvas.setPointerCapture(event.pointerId);
      this.remember(this.layer(canvas));
      at = place(event);
      this.draw(canvas, at, at);
    };
    canvas.onpointermove = (event) => {
      if (at) this.draw(canvas, at, at = place(event));
    };
    canvas.onpointerup = canvas.onpointercancel = () => { at = null; };
    let x = canvas.width / 2, y = canvas.height / 2;
    canvas.onkeydown = (event) => {
      const step = Math.max(1, this.brush(canvas).size / 2);
      const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (move) {
        x = Math.min(Math.max(x + move[0], 0), canvas.width);
        y = Math.min(Math.max(y + move[1], 0), canvas.height);
      } else if (event.key === ' ') {
        this.remember(this.layer(canvas));
        this.draw(canvas, [x, y], [x, y]);
      } else return;
      event.preventDefault();
      canvas.parentNode.style.setProperty('--x', 100 * x / canvas.width + '%');
      canvas.parentNode.style.setProperty('--y', 100 * y / canvas.height + '%');
    };
  },

  brush(canvas) {
    return {
      size: Math.max(1, this.size / 400 * Math.max(canvas.width, canvas.height)),
      colour: this.pen === 'lost' ? '#d62860' : '#2860d6',
    };
  },

  draw(canvas, from, to) {
    const layer = this.layer(canvas), context = layer.canvas.getContext('2d'), { size, colour } = this.brush(canvas);
    Object.assign(context, { lineCap: 'round', lineJoin: 'round', lineWidth: size, strokeStyle: colour, fillStyle: colour });
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    context.beginPath();  // a line without a length need not have ends
    context.arc(...to, size / 2, 0, 2 * Math.PI);
    context.fill();
    this.show(canvas, layer);
  },

  remember(layer) {
    const { width, height } = layer.canvas, copy = Object.assign(document.createElement('canvas'), { width, height });
    copy.getContext('2d').drawImage(layer.canvas, 0, 0);
    layer.undo.push(copy);
    if (layer.undo.length > 20) layer.undo.shift();
  },

  undo(button) {
    this.replace(button, (layer) => layer.undo.pop());
  },

  clear(button) {
    this.replace(button, (layer) => this.remember(layer));
  },

  // By what was remembered, or by nothing.
  replace(button, remembered) {
    const canvas = button.closest('.painter').querySelector('canvas'), layer = this.layer(canvas);
    const content = remembered(layer), context = layer.canvas.getContext('2d');
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (content) context.drawImage(content, 0, 0);
    this.show(canvas, layer);
  },

  // The last of a request's inputs becomes what was painted.
  withPainted(inputs) {
    const painted = {}, given = JSON.stringify(inputs);
    for (const [upload, layer] of Object.entries(this.layers))
      if (!given.includes(upload)) delete this.layers[upload];
      else if (this.any(layer.canvas))
        painted[upload] = layer.canvas.toDataURL('image/png').split(',')[1];
    return [...inputs.slice(0, -1), JSON.stringify(painted)];
  },

  any(canvas) {
    return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean);
  },
};
