// Tells the page's hub where the data lies and what the server's settings are. Nothing to see.

export default function ({ data }) {
  const { data: address, ...settings } = data.settings;
  const full = address && new URL(address, document.baseURI).href;
  import(new URL(data.hub, document.baseURI).href).then(({ hub }) => hub.configure({ ...settings, data: full }));
}
